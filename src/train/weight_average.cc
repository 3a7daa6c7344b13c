#include "train/weight_average.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "base/strings.h"

namespace slava {

WeightAverage::WeightAverage(std::vector<Parameter> parameters, double decay) : decay_(decay) {
  if (decay_ == 0) return;
  parameters_ = std::move(parameters);
  for (const Parameter& parameter : parameters_) {
    average_.push_back(parameter.tensor.detach().clone());
  }
}

void WeightAverage::add(int64_t step) {
  const at::NoGradGuard no_grad;
  const auto count = static_cast<double>(step);
  const double decay = std::min(decay_, (1 + count) / (10 + count));
  for (size_t i = 0; i < parameters_.size(); ++i) {
    average_[i].lerp_(parameters_[i].tensor, 1 - decay);
  }
}

void WeightAverage::exchange() {
  const at::NoGradGuard no_grad;
  for (size_t i = 0; i < parameters_.size(); ++i) {
    Tensor weight = parameters_[i].tensor;
    const Tensor before = weight.detach().clone();
    weight.copy_(average_[i]);
    average_[i].copy_(before);
  }
}

void WeightAverage::save(TensorMap& state) const {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    state[cat("average.", parameters_[i].name)] = average_[i];
  }
}

Status WeightAverage::restore(const TensorMap& state) {
  for (size_t i = 0; i < parameters_.size(); ++i) {
    const std::string name = cat("average.", parameters_[i].name);
    const auto found = state.find(name);
    if (found == state.end() || found->second.sizes() != average_[i].sizes()) {
      return fail(ErrorKind::kModel, cat("no fitting ", name));
    }
    average_[i].copy_(found->second);
  }
  return {};
}

}  // namespace slava
