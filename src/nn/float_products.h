// Linear layers and convolutions in floating point. They never fall into libtorch's reference code:
// where the CPU stores bfloat16 but does not compute in it they go through float32. And a few rows
// take no longer than reading the weights does.
#pragma once

#include "nn/torch.h"

namespace slava {

// at::linear, x [..., K], weight [N, K], `bias` [N] or undefined.
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias);

struct ConvolutionSteps {
  int64_t stride = 1;
  int64_t padding = 0;
  int64_t groups = 1;
};

// at::conv2d, x [V, C, H, W], `bias` defined or not.
Tensor convolution(const Tensor& x, const Tensor& weight, const Tensor& bias,
                   const ConvolutionSteps& steps);

}  // namespace slava
