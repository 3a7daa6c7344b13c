#include "nn/int4_linear.h"

#include <ATen/Parallel.h>

#include "nn/int8_linear.h"
#include "nn/large_pages.h"
#include "nn/quantized_rows.h"

namespace slava {
namespace {

const Bf16* scales(const Tensor& scale) {
  return reinterpret_cast<const Bf16*>(scale.const_data_ptr<at::BFloat16>());
}

}  // namespace

Int4Linear::Int4Linear(const Tensor& weight, const Tensor& bias)
    : outputs_(weight.size(0)), inputs_(weight.size(1)) {
  if (weight.is_meta()) return;
  const int64_t panels = panels_of(outputs_), stretches = stretches_of(inputs_);
  panels_ = empty_in_large_pages({panels, stretches, kStretchBytes}, at::kByte);
  scale_ = at::empty({panels, stretches, kPanelOutputs}, at::kBFloat16);
  if (bias.defined()) bias_ = bias.to(at::kFloat).contiguous();
  const Tensor numbers =
      (weight.scalar_type() == at::kBFloat16 ? weight : weight.to(at::kFloat)).contiguous();
  auto* bytes = panels_.data_ptr<uint8_t>();
  auto* scale = reinterpret_cast<Bf16*>(scale_.data_ptr<at::BFloat16>());
  with_numbers(numbers, [&](const auto* from) {
    at::parallel_for(0, panels, 1, [&](int64_t begin, int64_t end) {
      for (int64_t panel = begin; panel < end; ++panel) {
        const int64_t row = panel * kPanelOutputs;
        kernels().pack_int4.of(from)(from + row * inputs_, std::min(kPanelOutputs, outputs_ - row),
                                     inputs_, bytes + panel * stretches * kStretchBytes,
                                     scale + panel * stretches * kPanelOutputs);
      }
    });
  });
}

Tensor Int4Linear::operator()(const Tensor& x) const {
  const Int4Weights weights{panels_.const_data_ptr<uint8_t>(), scales(scale_),
                            bias_.defined() ? bias_.const_data_ptr<float>() : nullptr, outputs_,
                            inputs_};
  return product_by_panels(
      x, inputs_, outputs_,
      [&](const auto* like, const Int8Rows& rows, int64_t first, int64_t last, auto* out) {
        kernels().int4_product.of(like)(rows, weights, first, last, out, outputs_);
      });
}

}  // namespace slava
