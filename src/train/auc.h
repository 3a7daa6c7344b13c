// Area under the ROC curve, for validation of labels.
#pragma once

#include <optional>
#include <vector>

#include "nn/torch.h"

namespace slava {

// Chance that a positive scores above a negative, ties counting half; nothing without both kinds.
std::optional<double> auc(const std::vector<float>& scores, const std::vector<bool>& positive);

// Mean over the columns of scores and labels [studies, labels] that have at least `fewest`
// positives and one negative; NaN labels are left out. Nothing when no column has.
std::optional<double> mean_auc(const Tensor& scores, const Tensor& labels, int fewest);

}  // namespace slava
