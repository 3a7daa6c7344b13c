// A linear layer whose weights are 8-bit numbers, one scale an output; its input is made 8-bit as
// it comes, one scale a row. On the CPU. No gradients.
#pragma once

#include "nn/layer_input.h"
#include "nn/onednn_product.h"
#include "nn/torch.h"

namespace slava {

// Weights row by row: values [N, K] int8 from -127 to 127, scale [N] float32.
struct Int8Weight {
  Tensor values;
  Tensor scale;
};

// The same as the kernels take them: panels [ceil(N / 64), ceil(K / 4), 64, 4] of bytes
// (Int8Weights::panels). A file that holds them so need not be copied.
struct Int8Panels {
  Tensor panels;
  Tensor scale;
};

// `weight` [N, K] rounded: the largest magnitude of a row becomes 127.
Int8Weight quantized(const Tensor& weight);
// The same, a panel at a time: no second copy of it is made.
Int8Panels quantized_panels(const Tensor& weight);

Int8Panels packed(const Int8Weight& weight);
Int8Weight unpacked(const Int8Panels& weight, int64_t inputs);

// Its numbers again, float32 [N, K].
Tensor dequantized(const Int8Weight& weight);

class Int8Linear {
 public:
  enum class Way {
    kBest,    // oneDNN's where it is better (onednn_product.h), else the project's own
    kOwn,     // kernels/
    kOneDnn,  // has_onednn_product() must hold
  };

  // `bias` [N] or undefined.
  Int8Linear(const Int8Panels& weight, int64_t inputs, const Tensor& bias, Way way = Way::kBest);
  Int8Linear(const Int8Weight& weight, const Tensor& bias, Way way = Way::kBest);
  // weight [N, K] in floating point. On the meta device nothing but the shape is kept.
  Int8Linear(const Tensor& weight, const Tensor& bias);

  // x [..., K] float32 or bfloat16 to [..., N] of the same type.
  Tensor operator()(const LayerInput& x) const;

  int64_t outputs() const { return outputs_; }
  int64_t inputs() const { return inputs_; }

 private:
  int64_t outputs_, inputs_;
  std::optional<OneDnnProduct> onednn_;  // then there are no panels
  Int8Panels weight_;
  Tensor bias_;  // [N] float32 or undefined
};

}  // namespace slava
