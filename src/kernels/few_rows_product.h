// A few rows times a matrix of numbers, which is read once and as fast as memory gives it. For
// table.cc alone, once an instruction set.
#pragma once

#include "kernels/kernels.h"
#include "kernels/lanes.h"

namespace slava::SLAVA_ISA {
namespace {

// Rows and outputs that are summed at a time: as many sums as registers hold, and as hide how long
// one takes.
constexpr int kRowsAtOnce = kLanes == 16 ? 4 : 2;
constexpr int kOutputsAtOnce = 4;

// sums[r][o] of kRows rows of x with kOutputs rows of `weight`.
template <int kRows, int kOutputs, typename T>
void dot_products(const float* x, const T* weight, int64_t width, float (*sums)[kOutputsAtOnce]) {
  Lanes acc[kRows][kOutputs] = {};
  int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    Lanes w[kOutputs];
#pragma GCC unroll 4
    for (int o = 0; o < kOutputs; ++o) w[o] = load(weight + o * width + i);
#pragma GCC unroll 4
    for (int r = 0; r < kRows; ++r) {
      const Lanes row = load(x + r * width + i);
#pragma GCC unroll 4
      for (int o = 0; o < kOutputs; ++o) acc[r][o] += row * w[o];
    }
  }
  for (int r = 0; r < kRows; ++r) {
    for (int o = 0; o < kOutputs; ++o) {
      float sum = sum_of(acc[r][o]);
      for (int64_t k = i; k < width; ++k) sum += x[r * width + k] * widened(weight[o * width + k]);
      sums[r][o] = sum;
    }
  }
}

template <typename T>
using DotProducts = void(const float* x, const T* weight, int64_t width,
                         float (*sums)[kOutputsAtOnce]);

// dot_products of up to kRowsAtOnce rows and kOutputsAtOnce outputs.
template <typename T, int kRows = kRowsAtOnce>
DotProducts<T>* dot_products_for(int64_t rows, int64_t outputs) {
  if constexpr (kRows > 1) {
    if (rows < kRows) return dot_products_for<T, kRows - 1>(rows, outputs);
  }
  return outputs == kOutputsAtOnce ? dot_products<kRows, kOutputsAtOnce, T>
                                   : dot_products<kRows, 1, T>;
}

template <typename T>
void few_rows_product(const float* x, int64_t rows, const T* weight, const T* bias, int64_t width,
                      int64_t first, int64_t last, T* out, int64_t stride) {
  float sums[kRowsAtOnce][kOutputsAtOnce];
  for (int64_t n = first; n < last;) {
    const int64_t outputs = last - n < kOutputsAtOnce ? 1 : kOutputsAtOnce;
    // All rows while these weights are in the first-level cache.
    for (int64_t row = 0; row < rows; row += kRowsAtOnce) {
      const int64_t count = rows - row < kRowsAtOnce ? rows - row : kRowsAtOnce;
      dot_products_for<T>(count, outputs)(x + row * width, weight + n * width, width, sums);
      for (int64_t r = 0; r < count; ++r) {
        for (int64_t o = 0; o < outputs; ++o) {
          const float added = bias == nullptr ? 0 : widened(bias[n + o]);
          narrow_to(sums[r][o] + added, out[(row + r) * stride + n + o]);
        }
      }
    }
    n += outputs;
  }
}

}  // namespace
}  // namespace slava::SLAVA_ISA
