#include "train/label_loss.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <numeric>

namespace slava {

Tensor labels_of(const Dataset& data, const std::vector<size_t>& items) {
  const auto width = static_cast<int64_t>(data.label_names.size());
  Tensor labels = at::empty({static_cast<int64_t>(items.size()), width}, at::kFloat);
  for (size_t i = 0; i < items.size(); ++i) {
    const auto& row = data.items[items[i]].labels;
    std::copy(row.begin(), row.end(), labels[static_cast<int64_t>(i)].data_ptr<float>());
  }
  return labels;
}

Tensor labels_of(const Dataset& data) {
  std::vector<size_t> all(data.items.size());
  std::iota(all.begin(), all.end(), size_t{0});
  return labels_of(data, all);
}

Tensor masked_label_loss(const Tensor& logits, const Tensor& labels,
                         const Tensor& positive_weight) {
  const Tensor known = at::isnan(labels).logical_not();
  const Tensor target = at::nan_to_num(labels, 0.0);
  const Tensor loss = at::binary_cross_entropy_with_logits(logits, target, {}, positive_weight,
                                                           at::Reduction::None);
  return (loss * known).sum() / known.sum().clamp_min(1);
}

LabelProbe::LabelProbe(ParameterBinder& binder, const std::string& scope, int64_t width,
                       const Tensor& labels)
    : head_(binder, scope, width, labels.size(1), /*std=*/0) {
  const at::NoGradGuard no_grad;
  const Tensor positives = (labels == 1).sum(0).to(at::kFloat);
  const Tensor negatives = (labels == 0).sum(0).to(at::kFloat);
  head_.bias.copy_(at::log((positives + 1) / (negatives + 1)));
  positive_weight_ =
      at::sqrt(negatives / positives.clamp_min(1)).clamp(1, 4).to(head_.bias.device());
}

Tensor LabelProbe::loss(const Tensor& states, const Tensor& labels) const {
  return masked_label_loss(logits(states), labels.to(states.device()), positive_weight_);
}

}  // namespace slava
