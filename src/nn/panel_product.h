// Products of activations in 8 bit with weights in panels, shared out among threads. CPU alone.
#pragma once

#include "base/check.h"
#include "nn/kernel_types.h"
#include "nn/layer_input.h"
#include "nn/share_out.h"

namespace slava {

// Panels of a product that a thread takes at a time: about a megabyte of weights.
inline constexpr int64_t kPanelsAtOnce = 4;

// x [..., K] float32 or bfloat16 to [..., outputs] of the same type. `product`, called with a
// pointer of their type, rows, first panel, last panel and out, computes some panels; threads
// share them.
template <typename Product>
Tensor product_by_panels(const LayerInput& input, int64_t inputs, int64_t outputs,
                         const Product& product) {
  SLAVA_CHECK_EQ(input.sizes().back(), inputs);
  const QuantizedRows& q = input.rows();
  auto shape = input.sizes().vec();
  shape.back() = outputs;
  Tensor y = at::empty(shape, input.type());
  with_numbers(y, [&](const auto* like) {
    auto* out = numbers_of(y, like);
    share_out(panels_of(outputs), kPanelsAtOnce,
              [&](int64_t begin, int64_t end) { product(like, q.rows, begin, end, out); });
  });
  return y;
}

}  // namespace slava
