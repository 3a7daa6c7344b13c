// Activations in 8 bit as the kernels' products take them, one scale a row. CPU alone.
#pragma once

#include "base/check.h"
#include "nn/int8_linear.h"
#include "nn/kernel_types.h"
#include "nn/share_out.h"

namespace slava {

// Rows and the memory that they are in.
struct QuantizedRows {
  Tensor values;  // [M, padded_inputs(K)] int8
  Tensor scale;   // [M] float32
  Tensor sum;     // [M] int32
  Int8Rows rows;
};

// x [M, K], contiguous, float32 or bfloat16.
QuantizedRows quantized_rows(const Tensor& x);

// x [..., K] float32 or bfloat16 to [..., outputs] of the same type. `product`, called with x's
// numbers (for their type), rows, first panel, last panel and out, computes some panels; threads
// share them.
template <typename Product>
Tensor product_by_panels(const Tensor& x, int64_t inputs, int64_t outputs, const Product& product) {
  SLAVA_CHECK_EQ(x.size(-1), inputs);
  SLAVA_CHECK(takes_kernels(x));
  const QuantizedRows q = quantized_rows(x.reshape({-1, inputs}).contiguous());
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
