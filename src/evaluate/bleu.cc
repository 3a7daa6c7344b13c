#include "evaluate/bleu.h"

#include <cmath>

namespace slava {

BleuCounts bleu_counts(const NgramCounts& prediction, const NgramCounts& reference) {
  BleuCounts counts;
  for (size_t order = 1; order <= kMaxOrder; ++order) {
    counts.matches[order - 1] = common_ngrams(prediction, reference, order);
    counts.guesses[order - 1] = static_cast<double>(ngram_total(prediction.words, order));
  }
  counts.prediction_words = static_cast<double>(prediction.words);
  counts.reference_words = static_cast<double>(reference.words);
  return counts;
}

std::array<double, kMaxOrder> bleu(const BleuCounts& counts) {
  constexpr double kSmall = 1e-9;
  constexpr double kTiny = 1e-15;
  const double ratio = (counts.prediction_words + kTiny) / (counts.reference_words + kSmall);
  const double brevity = ratio < 1 ? std::exp(1 - 1 / ratio) : 1;
  std::array<double, kMaxOrder> scores{};
  double product = 1;
  for (size_t i = 0; i < kMaxOrder; ++i) {
    product *= (counts.matches[i] + kTiny) / (counts.guesses[i] + kSmall);
    scores[i] = std::pow(product, 1.0 / static_cast<double>(i + 1)) * brevity;
  }
  return scores;
}

}  // namespace slava
