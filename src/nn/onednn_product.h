// 8-bit products by the oneDNN inside libtorch, which has kernels for AMX. They are looked up by
// name and called through the dispatcher: no header declares them.
#pragma once

#include "nn/layer_input.h"
#include "nn/torch.h"

namespace slava {

// Whether oneDNN's products are to be used in place of the project's own: the processor has AMX,
// this libtorch has the operators, they compute the same, and were quicker when both were tried on
// a small product. Found out once. SLAVA_ISA below avx512 rules them out.
bool onednn_product_is_better();

// Whether this libtorch has the operators.
bool has_onednn_product();

// A layer's weights as oneDNN lays them out.
class OneDnnProduct {
 public:
  // values [N, K] from -127 to 127 (int8), scale [N] float32. has_onednn_product() must hold.
  OneDnnProduct(const Tensor& values, const Tensor& scale);

  // Rows of K inputs times the weights, plus `bias` [N] (float32 or undefined): [M, N] of `type`,
  // float32 or bfloat16.
  Tensor operator()(const QuantizedRows& rows, const Tensor& bias, at::ScalarType type) const;

 private:
  int64_t inputs_;
  Tensor packed_;
  Tensor scale_;  // [N]
  Tensor zeros_;  // [N]: the weights' zero points
};

}  // namespace slava
