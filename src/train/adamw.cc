#include "train/adamw.h"

#include <ATen/core/grad_mode.h>

#include <cmath>
#include <numbers>

#include "base/strings.h"

namespace slava {

AdamW::AdamW(std::vector<Parameter> trained, AdamWOptions options)
    : trained_(std::move(trained)), options_(options) {
  for (const Parameter& parameter : trained_) {
    moment1_.push_back(at::zeros_like(parameter.tensor));
    moment2_.push_back(at::zeros_like(parameter.tensor));
  }
}

double AdamW::clip_gradients(double limit) {
  const at::NoGradGuard no_grad;
  double squares = 0;
  for (const Parameter& parameter : trained_) {
    const Tensor& gradient = parameter.tensor.grad();
    if (!gradient.defined()) continue;
    const double norm = gradient.norm().item<double>();
    squares += norm * norm;
  }
  const double norm = std::sqrt(squares);
  if (norm > limit) {
    for (const Parameter& parameter : trained_) {
      if (parameter.tensor.grad().defined()) parameter.tensor.mutable_grad().mul_(limit / norm);
    }
  }
  return norm;
}

void AdamW::step(int64_t step, double learning_rate) {
  const at::NoGradGuard no_grad;
  const double correction1 = 1 - std::pow(options_.beta1, static_cast<double>(step));
  const double correction2 = 1 - std::pow(options_.beta2, static_cast<double>(step));
  for (size_t i = 0; i < trained_.size(); ++i) {
    const Tensor& weight = trained_[i].tensor;
    const Tensor& gradient = weight.grad();
    if (!gradient.defined()) continue;
    Tensor& m = moment1_[i];
    Tensor& v = moment2_[i];
    m.mul_(options_.beta1).add_(gradient, 1 - options_.beta1);
    v.mul_(options_.beta2).addcmul_(gradient, gradient, 1 - options_.beta2);
    if (weight.dim() >= 2) weight.mul_(1 - learning_rate * options_.weight_decay);
    const Tensor scale = (v / correction2).sqrt_().add_(options_.eps);
    weight.addcdiv_(m, scale, -learning_rate / correction1);
    weight.mutable_grad().reset();
  }
}

void AdamW::save(TensorMap& state) const {
  for (size_t i = 0; i < trained_.size(); ++i) {
    state[cat("moment1.", trained_[i].name)] = moment1_[i];
    state[cat("moment2.", trained_[i].name)] = moment2_[i];
  }
}

Status AdamW::restore(const TensorMap& state) {
  const auto take = [&](const std::string& name, Tensor& into) -> Status {
    const auto found = state.find(name);
    if (found == state.end() || found->second.sizes() != into.sizes()) {
      return fail(ErrorKind::kModel, cat("no fitting ", name));
    }
    into.copy_(found->second);
    return {};
  };
  for (size_t i = 0; i < trained_.size(); ++i) {
    SLAVA_TRY_STATUS(take(cat("moment1.", trained_[i].name), moment1_[i]));
    SLAVA_TRY_STATUS(take(cat("moment2.", trained_[i].name), moment2_[i]));
  }
  return {};
}

double scheduled_learning_rate(int64_t step, int64_t total, double peak, double warmup,
                               double final_share) {
  const double warmup_steps = std::max(1.0, warmup * static_cast<double>(total));
  const double at = static_cast<double>(step) + 1;
  if (at < warmup_steps) return peak * at / warmup_steps;
  const double progress =
      std::min(1.0, (at - warmup_steps) / std::max(1.0, static_cast<double>(total) - warmup_steps));
  const double cosine = 0.5 * (1 + std::cos(std::numbers::pi * progress));
  return peak * (final_share + (1 - final_share) * cosine);
}

}  // namespace slava
