// A linear layer whose weights are 8-bit numbers, one scale an output; its input is made 8-bit as
// it comes, one scale a row. Computed by kernels/ on the CPU. No gradients.
#pragma once

#include "nn/torch.h"

namespace slava {

// Weights as a checkpoint stores them: values [N, K] int8 from -127 to 127, scale [N] float32.
struct Int8Weight {
  Tensor values;
  Tensor scale;
};

// `weight` [N, K] rounded: the largest magnitude of a row becomes 127.
Int8Weight quantized(const Tensor& weight);

// Its numbers again, float32 [N, K].
Tensor dequantized(const Int8Weight& weight);

// Panels of a product that a thread takes at a time: about a megabyte of weights.
inline constexpr int64_t kPanelsAtOnce = 4;

class Int8Linear {
 public:
  // `bias` [N] or undefined. On the meta device nothing but the shape is kept.
  Int8Linear(const Int8Weight& weight, const Tensor& bias);
  // weight [N, K] in floating point, quantised a panel at a time: no second copy of it is made.
  Int8Linear(const Tensor& weight, const Tensor& bias);

  // x [..., K] float32 or bfloat16 to [..., N] of the same type.
  Tensor operator()(const Tensor& x) const;

  int64_t outputs() const { return outputs_; }
  int64_t inputs() const { return inputs_; }

 private:
  void allocate(const Tensor& bias);

  int64_t outputs_, inputs_;
  Tensor panels_;  // uint8, Int8Weights::panels
  Tensor scale_;   // [N] float32
  Tensor bias_;    // [N] float32 or undefined
};

}  // namespace slava
