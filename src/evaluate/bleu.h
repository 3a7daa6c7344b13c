// BLEU-1 to BLEU-4 as coco-caption computes them (Papineni et al. 2002; one reference, whose length
// is then the closest one): counts of one study go out, counts of many add up to a corpus.
#pragma once

#include <array>

#include "evaluate/ngrams.h"

namespace slava {

struct BleuCounts {
  std::array<double, kMaxOrder> matches{};
  std::array<double, kMaxOrder> guesses{};  // n-grams of the prediction
  double prediction_words = 0;
  double reference_words = 0;
};

BleuCounts bleu_counts(const NgramCounts& prediction, const NgramCounts& reference);

// BLEU-1 to BLEU-4 with coco-caption's 1e-15 and 1e-9 against division by zero; no smoothing. For
// the counts of a single study this is coco-caption's score of a sentence.
std::array<double, kMaxOrder> bleu(const BleuCounts& counts);

}  // namespace slava
