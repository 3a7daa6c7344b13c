#include "nn/layer_input.h"

#include <ATen/Parallel.h>

#include "nn/kernel_types.h"

namespace slava {

// Rows that a thread takes at a time.
constexpr int64_t kRowsAtOnce = 16;

QuantizedRows quantized_rows(const Tensor& x) {
  const int64_t count = x.size(0), width = x.size(1), stride = padded_inputs(width);
  QuantizedRows q;
  q.values = at::empty({count, stride}, at::kChar);
  q.scale = at::empty({count}, at::kFloat);
  q.sum = at::empty({count}, at::kInt);
  auto* values = q.values.data_ptr<int8_t>();
  auto* scale = q.scale.data_ptr<float>();
  auto* sum = q.sum.data_ptr<int32_t>();
  with_numbers(x, [&](const auto* numbers) {
    at::parallel_for(0, count, kRowsAtOnce, [&](int64_t begin, int64_t end) {
      kernels().quantize_rows.of(numbers)(numbers + begin * width, end - begin, width,
                                          values + begin * stride, scale + begin, sum + begin);
    });
  });
  q.rows = {values, scale, sum, count};
  return q;
}

}  // namespace slava
