#include "nn/int8_linear.h"

#include <ATen/Parallel.h>

#include "base/check.h"
#include "nn/large_pages.h"
#include "nn/panel_product.h"

namespace slava {
namespace {

// Room for weights [outputs, inputs].
Int8Panels allocate(int64_t outputs, int64_t inputs) {
  return {empty_in_large_pages({panels_of(outputs), padded_inputs(inputs) / kPanelInputs,
                                kPanelOutputs, kPanelInputs},
                               at::kByte),
          at::empty({outputs}, at::kFloat)};
}

bool by_onednn(Int8Linear::Way way) {
  return way == Int8Linear::Way::kOneDnn ||
         (way == Int8Linear::Way::kBest && onednn_product_is_better());
}

Tensor bias_of(const Tensor& bias) {
  return bias.defined() ? bias.to(at::kFloat).contiguous() : bias;
}

}  // namespace

Int8Weight quantized(const Tensor& weight) {
  SLAVA_CHECK_EQ(weight.dim(), 2);
  const QuantizedRows q = quantized_rows(weight.to(at::kFloat).contiguous());
  return {q.values.narrow(1, 0, weight.size(1)).contiguous(), q.scale};
}

Tensor dequantized(const Int8Weight& weight) {
  return weight.values.to(at::kFloat) * weight.scale.unsqueeze(1);
}

Int8Panels packed(const Int8Weight& weight) {
  const int64_t outputs = weight.values.size(0), inputs = weight.values.size(1);
  Int8Panels to = allocate(outputs, inputs);
  to.scale.copy_(weight.scale);
  const Tensor values = weight.values.contiguous();
  const auto* from = values.const_data_ptr<int8_t>();
  auto* panels = to.panels.data_ptr<uint8_t>();
  at::parallel_for(0, to.panels.size(0), 1, [&](int64_t begin, int64_t end) {
    pack_panels(from, outputs, inputs, inputs, begin, end, panels);
  });
  return to;
}

Int8Weight unpacked(const Int8Panels& weight, int64_t inputs) {
  const int64_t outputs = weight.scale.size(0), panels = weight.panels.size(0);
  const Tensor rows = weight.panels.permute({0, 2, 1, 3}).reshape({panels * kPanelOutputs, -1});
  const Tensor values = rows.narrow(0, 0, outputs).narrow(1, 0, inputs).to(at::kShort) - 128;
  return {values.to(at::kChar), weight.scale};
}

Int8Panels quantized_panels(const Tensor& weight) {
  SLAVA_CHECK_EQ(weight.dim(), 2);
  const int64_t outputs = weight.size(0), inputs = weight.size(1);
  Int8Panels to = allocate(outputs, inputs);
  auto* scale = to.scale.data_ptr<float>();
  auto* panels = to.panels.data_ptr<uint8_t>();
  const Tensor numbers =
      (weight.scalar_type() == at::kBFloat16 ? weight : weight.to(at::kFloat)).contiguous();
  const int64_t stride = padded_inputs(inputs), bytes = stride * kPanelOutputs;
  with_numbers(numbers, [&](const auto* from) {
    at::parallel_for(0, to.panels.size(0), 1, [&](int64_t begin, int64_t end) {
      std::vector<int8_t> values(static_cast<size_t>(bytes));
      std::vector<int32_t> sums(kPanelOutputs);
      for (int64_t panel = begin; panel < end; ++panel) {
        const int64_t row = panel * kPanelOutputs;
        const int64_t rows = std::min(kPanelOutputs, outputs - row);
        kernels().quantize_rows.of(from)(from + row * inputs, rows, inputs, values.data(),
                                         scale + row, sums.data());
        pack_panels(values.data(), rows, inputs, stride, 0, 1, panels + panel * bytes);
      }
    });
  });
  return to;
}

Int8Linear::Int8Linear(const Int8Panels& weight, int64_t inputs, const Tensor& bias, Way way)
    : outputs_(weight.scale.size(0)), inputs_(inputs), bias_(bias_of(bias)) {
  if (by_onednn(way)) {
    const Int8Weight rows = unpacked(weight, inputs);
    onednn_.emplace(rows.values, rows.scale);
  } else {
    weight_ = weight;
  }
}

Int8Linear::Int8Linear(const Int8Weight& weight, const Tensor& bias, Way way)
    : outputs_(weight.values.size(0)), inputs_(weight.values.size(1)), bias_(bias_of(bias)) {
  if (by_onednn(way)) {
    onednn_.emplace(weight.values, weight.scale.clone());
  } else {
    weight_ = packed(weight);
  }
}

Int8Linear::Int8Linear(const Tensor& weight, const Tensor& bias)
    : outputs_(weight.size(0)), inputs_(weight.size(1)) {
  if (weight.is_meta()) return;
  bias_ = bias_of(bias);
  if (by_onednn(Way::kBest)) {
    const Int8Weight rows = quantized(weight);
    onednn_.emplace(rows.values, rows.scale);
  } else {
    weight_ = quantized_panels(weight);
  }
}

Tensor Int8Linear::operator()(const LayerInput& x) const {
  if (onednn_) {
    SLAVA_CHECK_EQ(x.sizes().back(), inputs_);
    auto shape = x.sizes().vec();
    shape.back() = outputs_;
    return (*onednn_)(x.rows(), bias_, x.type()).view(shape);
  }
  const Int8Weights weights{
      weight_.panels.const_data_ptr<uint8_t>(), weight_.scale.const_data_ptr<float>(),
      bias_.defined() ? bias_.const_data_ptr<float>() : nullptr, outputs_, inputs_};
  return product_by_panels(
      x, inputs_, outputs_,
      [&](const auto* like, const Int8Rows& rows, int64_t first, int64_t last, auto* out) {
        kernels().int8_product.of(like)(rows, weights, first, last, out, outputs_);
      });
}

}  // namespace slava
