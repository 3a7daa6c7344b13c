// What goes into linear layers: numbers, and the same in 8 bit as the kernels' products take them.
#pragma once

#include <functional>
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
// the same input are given the same LayerInput. What a norm or an activation computes (fused.h) is
// rounded row by row as it is computed; where nobody asks for the numbers they are never stored.
class LayerInput {
 public:
  // Puts numbers [end - begin, K] of rows `begin` to `end` - 1 of all M at `out`; called in several
  // threads at once.
  using ComputeRows = std::function<void(int64_t begin, int64_t end, void* out)>;

  LayerInput(const Tensor& numbers);  // any tensor is one
  // One of this shape and type that is to be computed. CPU alone.
  LayerInput(at::IntArrayRef shape, at::ScalarType type, ComputeRows compute);

  at::IntArrayRef sizes() const { return shape_; }
  at::ScalarType type() const { return type_; }

  const Tensor& numbers() const;
  const QuantizedRows& rows() const;  // [M, K]

 private:
  QuantizedRows computed_in_8_bit() const;

  std::vector<int64_t> shape_;
  at::ScalarType type_;
  ComputeRows compute_;
  mutable Tensor numbers_;  // undefined: not computed yet
  mutable std::optional<QuantizedRows> rows_;
};

}  // namespace slava
