// Products of activations in 8 bit with weights in panels, shared out among threads. CPU alone.
#pragma once

#include "base/check.h"
#include "nn/kernel_types.h"
#include "nn/layer_input.h"
#include "nn/share_out.h"

namespace slava {

// Panels of a product that a thread takes at a time: about a megabyte of weights.
inline constexpr int64_t kPanelsAtOnce = 4;

// x [..., K] float32 or bfloat16 to [..., outputs] of the same type. `product`, called with x's
// numbers (for their type), rows, first panel, last panel and out, computes some panels; threads
// share them.
template <typename Product>
Tensor product_by_panels(const LayerInput& input, int64_t inputs, int64_t outputs,
                         const Product& product) {
  const Tensor& x = input.numbers();
  SLAVA_CHECK_EQ(x.size(-1), inputs);
  SLAVA_CHECK(takes_kernels(x));
  const QuantizedRows& q = input.rows();
  auto shape = x.sizes().vec();
  shape.back() = outputs;
  Tensor y = at::empty(shape, x.options());
  with_numbers(x, [&](const auto* numbers) {
    auto* out = numbers_of(y, numbers);
    share_out(panels_of(outputs), kPanelsAtOnce,
              [&](int64_t begin, int64_t end) { product(numbers, q.rows, begin, end, out); });
  });
  return y;
}

}  // namespace slava
