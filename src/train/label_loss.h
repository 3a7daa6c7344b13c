// Labels as a training target: which positives weigh how much, and linear heads that read them.
#pragma once

#include <string>
#include <vector>

#include "nn/layers.h"
#include "train/dataset.h"

namespace slava {

// Labels [items, labels] of the items at these places, or of all: 0, 1, or NaN where unknown.
Tensor labels_of(const Dataset& data, const std::vector<size_t>& items);
Tensor labels_of(const Dataset& data);

// Cross-entropy of logits [items, labels] over the labels that are known; a positive of label l
// counts positive_weight[l] times.
Tensor masked_label_loss(const Tensor& logits, const Tensor& labels, const Tensor& positive_weight);

// A linear head on states [items, width]. It begins at each label's frequency, so that the first
// steps teach what is below it and not that most labels are rare.
class LabelProbe {
 public:
  // Frequencies from the labels [items, labels] of the training data; parameters under `scope`.
  LabelProbe(ParameterBinder& binder, const std::string& scope, int64_t width,
             const Tensor& labels);

  Tensor logits(const Tensor& states) const { return head_(states).to(at::kFloat); }
  // Mean loss of states [items, width] whose labels are these [items, labels].
  Tensor loss(const Tensor& states, const Tensor& labels) const;
  // sqrt(negatives / positives) of each label, from 1 to 4: rare positives count more.
  const Tensor& positive_weight() const { return positive_weight_; }

 private:
  Linear head_;
  Tensor positive_weight_;
};

}  // namespace slava
