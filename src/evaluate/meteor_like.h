// A score in the manner of METEOR 1.5 (Denkowski and Lavie 2014), from its exact and its stem part
// alone: no synonyms, no paraphrases, no list of function words. It is not METEOR and must never
// stand beside METEOR's rows.
#pragma once

#include "evaluate/vocabulary.h"

namespace slava {

// Words match when they are equal (weight 1) or, among those left over, when their stems are (0.6).
// F with alpha 0.85, times 1 - 0.6 * (chunks / matches)^0.2; a text that matches the whole
// reference in one chunk has no such penalty. Words are paired from left to right, each with the
// word that follows the last pair where that is possible and with the nearest one otherwise.
double meteor_exact_stem(const Tokens& prediction, const Tokens& reference,
                         const Vocabulary& vocabulary);

}  // namespace slava
