#include "nn/int8_linear.h"

#include <ATen/Parallel.h>

#include "base/check.h"
#include "nn/large_pages.h"
#include "nn/quantized_rows.h"

namespace slava {

Int8Weight quantized(const Tensor& weight) {
  SLAVA_CHECK_EQ(weight.dim(), 2);
  const QuantizedRows q = quantized_rows(weight.to(at::kFloat).contiguous());
  return {q.values.narrow(1, 0, weight.size(1)).contiguous(), q.scale};
}

Tensor dequantized(const Int8Weight& weight) {
  return weight.values.to(at::kFloat) * weight.scale.unsqueeze(1);
}

void Int8Linear::allocate(const Tensor& bias) {
  panels_ = empty_in_large_pages(
      {panels_of(outputs_), padded_inputs(inputs_) / kPanelInputs, kPanelOutputs, kPanelInputs},
      at::kByte);
  if (bias.defined()) bias_ = bias.to(at::kFloat).contiguous();
}

Int8Linear::Int8Linear(const Int8Weight& weight, const Tensor& bias)
    : outputs_(weight.values.size(0)), inputs_(weight.values.size(1)) {
  if (weight.values.is_meta()) return;
  allocate(bias);
  scale_ = weight.scale.clone();
  const Tensor values = weight.values.contiguous();
  const auto* from = values.const_data_ptr<int8_t>();
  auto* to = panels_.data_ptr<uint8_t>();
  at::parallel_for(0, panels_.size(0), 1, [&](int64_t begin, int64_t end) {
    pack_panels(from, outputs_, inputs_, inputs_, begin, end, to);
  });
}

Int8Linear::Int8Linear(const Tensor& weight, const Tensor& bias)
    : outputs_(weight.size(0)), inputs_(weight.size(1)) {
  if (weight.is_meta()) return;
  allocate(bias);
  scale_ = at::empty({outputs_}, at::kFloat);
  auto* scale = scale_.data_ptr<float>();
  auto* to = panels_.data_ptr<uint8_t>();
  const Tensor numbers =
      (weight.scalar_type() == at::kBFloat16 ? weight : weight.to(at::kFloat)).contiguous();
  const int64_t stride = padded_inputs(inputs_), bytes = stride * kPanelOutputs;
  with_numbers(numbers, [&](const auto* from) {
    at::parallel_for(0, panels_.size(0), 1, [&](int64_t begin, int64_t end) {
      std::vector<int8_t> values(static_cast<size_t>(bytes));
      std::vector<int32_t> sums(kPanelOutputs);
      for (int64_t panel = begin; panel < end; ++panel) {
        const int64_t row = panel * kPanelOutputs;
        const int64_t rows = std::min(kPanelOutputs, outputs_ - row);
        kernels().quantize_rows.of(from)(from + row * inputs_, rows, inputs_, values.data(),
                                         scale + row, sums.data());
        pack_panels(values.data(), rows, inputs_, stride, 0, 1, to + panel * bytes);
      }
    });
  });
}

Tensor Int8Linear::operator()(const Tensor& x) const {
  const Int8Weights weights{panels_.const_data_ptr<uint8_t>(), scale_.const_data_ptr<float>(),
                            bias_.defined() ? bias_.const_data_ptr<float>() : nullptr, outputs_,
                            inputs_};
  return product_by_panels(
      x, inputs_, outputs_,
      [&](const auto* like, const Int8Rows& rows, int64_t first, int64_t last, auto* out) {
        kernels().int8_product.of(like)(rows, weights, first, last, out, outputs_);
      });
}

}  // namespace slava
