#include "nn/float_products.h"

#include "nn/device.h"

namespace slava {
namespace {

// product(x, weight, bias), through float32 where that is much quicker.
template <typename Product>
Tensor compute(const Tensor& x, const Tensor& weight, const Tensor& bias, const Product& product) {
  if (x.scalar_type() != at::kBFloat16 || !x.is_cpu() || cpu_has_bfloat16()) {
    return product(x, weight, bias);
  }
  const auto wide = [](const Tensor& t) { return t.defined() ? t.to(at::kFloat) : t; };
  return product(wide(x), wide(weight), wide(bias)).to(at::kBFloat16);
}

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  return compute(x, weight, bias, [](const Tensor& in, const Tensor& matrix, const Tensor& added) {
    return at::linear(in, matrix, added);
  });
}

Tensor convolution(const Tensor& x, const Tensor& weight, const Tensor& bias,
                   const ConvolutionSteps& steps) {
  return compute(x, weight, bias, [&](const Tensor& in, const Tensor& kernel, const Tensor& added) {
    return at::conv2d(in, kernel, added, steps.stride, steps.padding, /*dilation=*/1, steps.groups);
  });
}

}  // namespace slava
