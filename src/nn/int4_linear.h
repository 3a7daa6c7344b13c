// A linear layer whose weights are 4-bit numbers, a scale for every 64 inputs of an output; its
// input is made 8-bit as it comes. For little memory. Computed by kernels/ on the CPU. No
// gradients.
#pragma once

#include "nn/torch.h"

namespace slava {

class Int4Linear {
 public:
  // weight [N, K] in floating point, quantised a panel at a time: no second copy of it is made.
  // `bias` [N] or undefined. On the meta device nothing but the shape is kept.
  Int4Linear(const Tensor& weight, const Tensor& bias);

  // x [..., K] float32 or bfloat16 to [..., N] of the same type.
  Tensor operator()(const Tensor& x) const;

 private:
  int64_t outputs_, inputs_;
  Tensor panels_;  // uint8, Int4Weights::panels
  Tensor scale_;   // bfloat16, Int4Weights::scale
  Tensor bias_;    // [N] float32 or undefined
};

}  // namespace slava
