// What goes into linear layers: numbers, and the same in 8 bit as the kernels' products take them.
#pragma once

#include <optional>

#include "kernels/kernels.h"
#include "nn/torch.h"

namespace slava {

// Rows and the memory that they are in.
struct QuantizedRows {
  Tensor values;  // [M, padded_inputs(K)] int8
  Tensor scale;   // [M] float32
  Tensor sum;     // [M] int32
  Int8Rows rows;
};

// x [M, K], contiguous, float32 or bfloat16. CPU alone.
QuantizedRows quantized_rows(const Tensor& x);

// A tensor [..., K] that is rounded to 8 bit once, however many layers want it so: those that have
// the same input are given the same LayerInput.
class LayerInput {
 public:
  LayerInput(const Tensor& numbers) : numbers_(numbers) {}  // any tensor is one

  const Tensor& numbers() const { return numbers_; }
  // [M, K] of them.
  const QuantizedRows& rows() const {
    if (!rows_) rows_ = quantized_rows(numbers_.reshape({-1, numbers_.size(-1)}).contiguous());
    return *rows_;
  }

 private:
  const Tensor numbers_;
  mutable std::optional<QuantizedRows> rows_;
};

}  // namespace slava
