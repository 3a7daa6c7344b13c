#include "nn/layer_input.h"

#include <ATen/Parallel.h>

#include "base/check.h"
#include "nn/kernel_types.h"

namespace slava {
namespace {

// Rows that a thread takes at a time: so many that their numbers are worth it.
int64_t rows_at_once(int64_t width) { return std::max<int64_t>(1, (1 << 12) / width); }

QuantizedRows allocate(int64_t count, int64_t width) {
  QuantizedRows q;
  q.values = at::empty({count, padded_inputs(width)}, at::kChar);
  q.scale = at::empty({count}, at::kFloat);
  q.sum = at::empty({count}, at::kInt);
  q.rows = {q.values.const_data_ptr<int8_t>(), q.scale.const_data_ptr<float>(),
            q.sum.const_data_ptr<int32_t>(), count};
  return q;
}

// Rows [count, width] at `numbers` into those of `q` from `first` on.
template <typename T>
void quantize(const T* numbers, int64_t count, int64_t width, int64_t first, QuantizedRows& q) {
  kernels().quantize_rows.of(numbers)(
      numbers, count, width, q.values.data_ptr<int8_t>() + first * padded_inputs(width),
      q.scale.data_ptr<float>() + first, q.sum.data_ptr<int32_t>() + first);
}

}  // namespace

QuantizedRows quantized_rows(const Tensor& x) {
  const int64_t count = x.size(0), width = x.size(1);
  QuantizedRows q = allocate(count, width);
  with_numbers(x, [&](const auto* numbers) {
    at::parallel_for(0, count, rows_at_once(width), [&](int64_t begin, int64_t end) {
      quantize(numbers + begin * width, end - begin, width, begin, q);
    });
  });
  return q;
}

LayerInput::LayerInput(const Tensor& numbers)
    : shape_(numbers.sizes().vec()), type_(numbers.scalar_type()), numbers_(numbers) {}

LayerInput::LayerInput(at::IntArrayRef shape, at::ScalarType type, ComputeRows compute)
    : shape_(shape.vec()), type_(type), compute_(std::move(compute)) {}

const Tensor& LayerInput::numbers() const {
  if (numbers_.defined()) return numbers_;
  numbers_ = at::empty(shape_, type_);
  const int64_t width = shape_.back(), count = numbers_.numel() / width;
  auto* out = static_cast<std::byte*>(numbers_.mutable_data_ptr());
  const auto row_bytes = static_cast<int64_t>(numbers_.element_size()) * width;
  at::parallel_for(0, count, rows_at_once(width), [&](int64_t begin, int64_t end) {
    compute_(begin, end, out + begin * row_bytes);
  });
  return numbers_;
}

const QuantizedRows& LayerInput::rows() const {
  if (rows_) return *rows_;
  if (numbers_.defined()) {
    SLAVA_CHECK(takes_kernels(numbers_));
    rows_ = quantized_rows(numbers_.reshape({-1, shape_.back()}).contiguous());
  } else {
    rows_ = computed_in_8_bit();
  }
  return *rows_;
}

QuantizedRows LayerInput::computed_in_8_bit() const {
  const int64_t width = shape_.back(), count = c10::multiply_integers(shape_) / width;
  QuantizedRows q = allocate(count, width);
  at::parallel_for(0, count, rows_at_once(width), [&](int64_t begin, int64_t end) {
    Tensor row = at::empty({width}, type_);
    with_numbers(row, [&](const auto* numbers) {
      for (int64_t i = begin; i < end; ++i) {
        compute_(i, i + 1, numbers_of(row, numbers));
        quantize(numbers, 1, width, i, q);
      }
    });
  });
  return q;
}

}  // namespace slava
