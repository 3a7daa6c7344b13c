// ROUGE-1, ROUGE-2 and ROUGE-L of one prediction against one reference (Lin 2004), by the two
// implementations that the field quotes: they differ in F and in what a word is.
#pragma once

#include <string>
#include <string_view>

#include "evaluate/ngrams.h"

namespace slava {

// Length of the longest common subsequence.
size_t longest_common_subsequence(const Tokens& a, const Tokens& b);

// coco-caption: F with beta 1.2 over the protocol's words. An empty text counts there as one empty
// word, so two empty texts score 1.
double rouge_l_coco(const Tokens& prediction, const Tokens& reference);

// What rouge-score (without stemmer) makes of a text before it splits it: ASCII letters in lower
// case, everything but a-z and 0-9 a space.
std::string rouge_score_text(std::string_view text);

// rouge-score: F1 over the words of rouge_score_text.
double rouge_n(const NgramCounts& prediction, const NgramCounts& reference, size_t order);
double rouge_l(const Tokens& prediction, const Tokens& reference);

}  // namespace slava
