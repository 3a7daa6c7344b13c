// AdamW (arXiv:1711.05101) and the learning-rate schedule. Written here because an exact resume
// needs its whole state as named tensors.
#pragma once

#include <vector>

#include "nn/parameters.h"

namespace slava {

struct AdamWOptions {
  double beta1 = 0.9;
  double beta2 = 0.999;
  double eps = 1e-8;
  double weight_decay = 0.01;  // of tensors with two or more dimensions
};

class AdamW {
 public:
  AdamW(std::vector<Parameter> trained, AdamWOptions options);

  // Scales all gradients so that their common norm is at most `limit`; returns the norm before.
  double clip_gradients(double limit);
  // One update with the gradients at hand, which are cleared. `step` counts from 1.
  void step(int64_t step, double learning_rate);

  // Adds the moments as `moment1.NAME` and `moment2.NAME`.
  void save(TensorMap& state) const;
  // kModel when one is missing or misshapen.
  Status restore(const TensorMap& state);

  const std::vector<Parameter>& trained() const { return trained_; }

 private:
  std::vector<Parameter> trained_;
  AdamWOptions options_;
  std::vector<Tensor> moment1_;
  std::vector<Tensor> moment2_;
};

// Linear from 0 to `peak` over the first `warmup` share of `total` steps, then a cosine down to
// `peak * final_share`. `step` counts from 0.
double scheduled_learning_rate(int64_t step, int64_t total, double peak, double warmup,
                               double final_share);

}  // namespace slava
