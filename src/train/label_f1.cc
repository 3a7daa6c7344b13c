#include "train/label_f1.h"

#include "base/check.h"

namespace slava {

std::optional<double> macro_f1(const Tensor& told, const Tensor& labels, int fewest) {
  SLAVA_CHECK(told.sizes() == labels.sizes());
  const Tensor t = told.to(at::kDouble);
  const Tensor l = labels.to(at::kDouble);
  const Tensor positives = l.sum(0);  // [labels]
  const Tensor f1 = 2 * (t * l).sum(0) / (t.sum(0) + positives);
  const Tensor counts = positives >= static_cast<double>(fewest);
  if (!counts.any().item<bool>()) return std::nullopt;
  return f1.masked_select(counts).mean().item<double>();
}

}  // namespace slava
