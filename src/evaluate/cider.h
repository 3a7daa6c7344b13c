// CIDEr-D (Vedantam et al. 2015) as coco-caption computes it: 1- to 4-grams, sigma 6, document
// frequencies over the references that are being evaluated, one reference a study.
#pragma once

#include <array>
#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

#include "evaluate/ngrams.h"

namespace slava {

// A text as weights of its n-grams.
struct CiderVector {
  std::array<std::vector<std::pair<Ngram, double>>, kMaxOrder> weights;  // sorted by n-gram
  std::array<double, kMaxOrder> norms{};
  // coco-caption takes the number of pairs of words for the length.
  double length = 0;
};

class CiderWeights {
 public:
  explicit CiderWeights(const std::vector<NgramCounts>& references);

  CiderVector vector_of(const NgramCounts& counts) const;

 private:
  std::unordered_map<Ngram, double, NgramHash> log_frequency_;
  double log_documents_ = 0;
};

// Ten times the mean over the orders; 10 at most.
double cider_d(const CiderVector& prediction, const CiderVector& reference);

}  // namespace slava
