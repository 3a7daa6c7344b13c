// F1 of decided labels, for validation of what is told.
#pragma once

#include <optional>

#include "nn/torch.h"

namespace slava {

// A label with fewer positives among the validation items says nothing.
inline constexpr int kFewestPositives = 5;

// Mean F1 over the columns of `told` and `labels` [studies, labels], both 0 or 1, that have at
// least `fewest` positives among `labels`. Nothing when no column has.
std::optional<double> macro_f1(const Tensor& told, const Tensor& labels, int fewest);

}  // namespace slava
