#include "nn/int4_linear.h"

#include <ATen/Parallel.h>

#include "base/check.h"
#include "nn/large_pages.h"
#include "nn/panel_product.h"

namespace slava {
namespace {

Bf16* bfloat16_of(const Tensor& scale) {
  return reinterpret_cast<Bf16*>(scale.data_ptr<at::BFloat16>());
}

}  // namespace

Int4Panels quantized_to_int4(const Tensor& weight) {
  SLAVA_CHECK_EQ(weight.dim(), 2);
  const int64_t outputs = weight.size(0), inputs = weight.size(1);
  const int64_t panels = panels_of(outputs), stretches = stretches_of(inputs);
  Int4Panels to{empty_in_large_pages({panels, stretches, kStretchBytes}, at::kByte),
                at::empty({panels, stretches, kPanelOutputs}, at::kBFloat16)};
  const Tensor numbers =
      (weight.scalar_type() == at::kBFloat16 ? weight : weight.to(at::kFloat)).contiguous();
  auto* bytes = to.panels.data_ptr<uint8_t>();
  Bf16* scale = bfloat16_of(to.scale);
  with_numbers(numbers, [&](const auto* from) {
    at::parallel_for(0, panels, 1, [&](int64_t begin, int64_t end) {
      for (int64_t panel = begin; panel < end; ++panel) {
        const int64_t row = panel * kPanelOutputs;
        kernels().pack_int4.of(from)(from + row * inputs, std::min(kPanelOutputs, outputs - row),
                                     inputs, bytes + panel * stretches * kStretchBytes,
                                     scale + panel * stretches * kPanelOutputs);
      }
    });
  });
  return to;
}

Tensor dequantized(const Int4Panels& weight, int64_t outputs, int64_t inputs) {
  const int64_t panels = weight.panels.size(0), stretches = weight.panels.size(1);
  // The low halves of a stretch's bytes are its first inputs: [panels, stretches, 2, 8, 64, 4].
  const Tensor low = weight.panels.bitwise_and(15), high = weight.panels.div(16, "floor");
  const Tensor halves =
      at::stack({low, high}, 2).view({panels, stretches, -1, kPanelOutputs, kPanelInputs});
  const auto by_output = [&](const Tensor& x) {  // [panels, 64, stretches, inputs of each]
    return x.reshape({panels * kPanelOutputs, -1}).narrow(0, 0, outputs);
  };
  const Tensor whole = by_output(halves.permute({0, 3, 1, 2, 4})).to(at::kFloat) - 8;
  const Tensor scale = by_output(weight.scale.permute({0, 2, 1})).to(at::kFloat);
  return (whole * scale.repeat_interleave(kStretchInputs, 1)).narrow(1, 0, inputs).contiguous();
}

Int4Linear::Int4Linear(const Int4Panels& weight, int64_t outputs, int64_t inputs,
                       const Tensor& bias)
    : outputs_(outputs), inputs_(inputs), weight_(weight) {
  if (bias.defined()) bias_ = bias.to(at::kFloat).contiguous();
}

Int4Linear::Int4Linear(const Tensor& weight, const Tensor& bias)
    : outputs_(weight.size(0)), inputs_(weight.size(1)) {
  if (weight.is_meta()) return;
  weight_ = quantized_to_int4(weight);
  if (bias.defined()) bias_ = bias.to(at::kFloat).contiguous();
}

Tensor Int4Linear::operator()(const LayerInput& x) const {
  const Int4Weights weights{weight_.panels.const_data_ptr<uint8_t>(), bfloat16_of(weight_.scale),
                            bias_.defined() ? bias_.const_data_ptr<float>() : nullptr, outputs_,
                            inputs_};
  return product_by_panels(
      x, inputs_, outputs_,
      [&](const auto* like, const Int8Rows& rows, int64_t first, int64_t last, auto* out) {
        kernels().int4_product.of(like)(rows, weights, first, last, out, outputs_);
      });
}

}  // namespace slava
