#include "evaluate/cider.h"

#include <algorithm>
#include <cmath>

namespace slava {

CiderWeights::CiderWeights(const std::vector<NgramCounts>& references)
    : log_documents_(std::log(static_cast<double>(std::max<size_t>(1, references.size())))) {
  for (const NgramCounts& reference : references) {
    for (const auto& list : reference.by_order) {
      for (const auto& [ngram, count] : list) log_frequency_[ngram] += 1;
    }
  }
  for (auto& [ngram, value] : log_frequency_) value = std::log(value);
}

CiderVector CiderWeights::vector_of(const NgramCounts& counts) const {
  CiderVector vector;
  for (size_t i = 0; i < kMaxOrder; ++i) {
    double squares = 0;
    for (const auto& [ngram, count] : counts.by_order[i]) {
      const auto known = log_frequency_.find(ngram);
      const double rarity = log_documents_ - (known == log_frequency_.end() ? 0 : known->second);
      const double weight = count * rarity;
      vector.weights[i].emplace_back(ngram, weight);
      squares += weight * weight;
    }
    vector.norms[i] = std::sqrt(squares);
  }
  vector.length = static_cast<double>(ngram_total(counts.words, 2));
  return vector;
}

double cider_d(const CiderVector& prediction, const CiderVector& reference) {
  constexpr double kSigma = 6;
  const double difference = prediction.length - reference.length;
  const double penalty = std::exp(-difference * difference / (2 * kSigma * kSigma));
  double sum = 0;
  for (size_t i = 0; i < kMaxOrder; ++i) {
    double product = 0;
    auto at = reference.weights[i].begin();
    const auto end = reference.weights[i].end();
    for (const auto& [ngram, weight] : prediction.weights[i]) {
      while (at != end && at->first < ngram) ++at;
      if (at == end) break;
      if (at->first == ngram) product += std::min(weight, at->second) * at->second;
    }
    const double norms = prediction.norms[i] * reference.norms[i];
    if (norms != 0) product /= norms;
    sum += product * penalty;
  }
  return 10 * sum / kMaxOrder;
}

}  // namespace slava
