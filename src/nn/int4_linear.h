// A linear layer whose weights are 4-bit numbers, a scale for every 64 inputs of an output; its
// input is made 8-bit as it comes. For little memory. Computed by kernels/ on the CPU. No
// gradients.
#pragma once

#include "nn/layer_input.h"
#include "nn/torch.h"

namespace slava {

// Weights [N, K] as the kernels take them: panels [ceil(N / 64), ceil(K / 64), 2048] of bytes and
// scale [ceil(N / 64), ceil(K / 64), 64] bfloat16 (Int4Weights). A file that holds them so need not
// be copied.
struct Int4Panels {
  Tensor panels;
  Tensor scale;
};

// `weight` [N, K] in floating point rounded, a panel at a time.
Int4Panels quantized_to_int4(const Tensor& weight);

// Its numbers again, float32 [outputs, inputs].
Tensor dequantized(const Int4Panels& weight, int64_t outputs, int64_t inputs);

class Int4Linear {
 public:
  // `bias` [N] or undefined.
  Int4Linear(const Int4Panels& weight, int64_t outputs, int64_t inputs, const Tensor& bias);
  // weight [N, K] in floating point. On the meta device nothing but the shape is kept.
  Int4Linear(const Tensor& weight, const Tensor& bias);

  // x [..., K] float32 or bfloat16 to [..., N] of the same type.
  Tensor operator()(const LayerInput& x) const;

 private:
  int64_t outputs_, inputs_;
  Int4Panels weight_;
  Tensor bias_;  // [N] float32 or undefined
};

}  // namespace slava
