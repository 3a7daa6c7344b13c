// Activations in 8 bit as the kernels' products take them, one scale a row. CPU alone.
#pragma once

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

// x [M, K], contiguous, float32 or bfloat16.
QuantizedRows quantized_rows(const Tensor& x);

}  // namespace slava
