#include "nn/float_products.h"

#include "base/check.h"
#include "nn/device.h"
#include "nn/kernel_types.h"
#include "nn/share_out.h"

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

// Outputs that a thread takes at a time: some hundred kilobytes of weights.
constexpr int64_t kOutputsAtOnce = 64;

// With more of them processors that multiply bfloat16 are quicker by libtorch's products.
constexpr int64_t kFewRowsOfBfloat16 = 4;

bool suits_few_rows(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (!takes_kernels(x, weight) || !weight.is_contiguous()) return false;
  if (bias.defined() && (!takes_kernels(bias, weight) || !bias.is_contiguous())) return false;
  const bool computed_in_bfloat16 = x.scalar_type() == at::kBFloat16 && cpu_has_bfloat16();
  const int64_t most = computed_in_bfloat16 ? kFewRowsOfBfloat16 : kFewRows;
  return x.numel() > 0 && x.numel() <= most * x.size(-1);
}

Tensor few_rows(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  const int64_t width = x.size(-1), rows = x.numel() / width, outputs = weight.size(0);
  SLAVA_CHECK_EQ(weight.size(1), width);
  const Tensor wide = x.to(at::kFloat).contiguous();
  auto shape = x.sizes().vec();
  shape.back() = outputs;
  Tensor y = at::empty(shape, x.options());
  with_numbers(weight, [&](const auto* numbers) {
    const auto* added = bias.defined() ? numbers_as(bias, numbers) : nullptr;
    auto* out = numbers_of(y, numbers);
    share_out(outputs, kOutputsAtOnce, [&](int64_t begin, int64_t end) {
      kernels().few_rows_product.of(numbers)(wide.const_data_ptr<float>(), rows, numbers, added,
                                             width, begin, end, out, outputs);
    });
  });
  return y;
}

}  // namespace

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  if (suits_few_rows(x, weight, bias)) return few_rows(x, weight, bias);
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
