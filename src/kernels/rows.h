// What is done to activations row by row. For table.cc alone, once an instruction set.
#pragma once

#include "kernels/functions.h"
#include "kernels/kernels.h"

namespace slava::SLAVA_ISA {
namespace {

template <typename T>
float largest_magnitude(const T* x, int64_t width) {
  float largest = 0;
#pragma omp simd reduction(max : largest)
  for (int64_t i = 0; i < width; ++i) {
    largest = larger(largest, __builtin_fabsf(widened(x[i])));
  }
  return largest;
}

// One row into values from -127 to 127; what they are multiplied with, and their sum.
struct QuantizedRow {
  float scale;
  int32_t sum;
};
template <typename T>
QuantizedRow quantize_row(const T* x, int64_t width, int8_t* values) {
  const float largest = largest_magnitude(x, width);
  // A row of zeros, or of numbers too small to divide by.
  const float factor = largest > 1e-30F ? 127 / largest : 0;
  int32_t total = 0;
#pragma omp simd reduction(+ : total)
  for (int64_t i = 0; i < width; ++i) {
    // Adding 1.5 * 2^23 rounds to the nearest whole number, half to even.
    const float shifted = widened(x[i]) * factor + 12582912.0F;
    int32_t bits;
    std::memcpy(&bits, &shifted, sizeof bits);
    const int32_t value = bits - 0x4B400000;
    values[i] = static_cast<int8_t>(value);
    total += value;
  }
  return {largest / 127, total};
}

template <typename T>
void quantize_rows(const T* x, int64_t rows, int64_t width, int8_t* values, float* scale,
                   int32_t* sum) {
  const int64_t stride = padded_inputs(width);
  for (int64_t row = 0; row < rows; ++row, x += width, values += stride) {
    const QuantizedRow quantized = quantize_row(x, width, values);
    for (int64_t i = width; i < stride; ++i) values[i] = 0;
    scale[row] = quantized.scale;
    sum[row] = quantized.sum;
  }
}

template <typename T>
void scale_rows(const float* x, const float* scale, const float* bias, int64_t rows, int64_t width,
                T* out) {
  for (int64_t row = 0; row < rows; ++row, x += width, out += width) {
    const float factor = scale[row];
    if (bias == nullptr) {
#pragma omp simd
      for (int64_t i = 0; i < width; ++i) narrow_to(x[i] * factor, out[i]);
    } else {
#pragma omp simd
      for (int64_t i = 0; i < width; ++i) narrow_to(x[i] * factor + bias[i], out[i]);
    }
  }
}

template <typename T>
void layer_norm_rows(const T* x, const T* weight, const T* bias, double eps, int64_t rows,
                     int64_t width, T* out) {
  const auto count = static_cast<float>(width);
  for (int64_t row = 0; row < rows; ++row, x += width, out += width) {
    float sum = 0, squares = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = 0; i < width; ++i) sum += widened(x[i]);
    const float mean = sum / count;
    // Of the differences: numbers far from 0 would cancel out.
#pragma omp simd reduction(+ : squares)
    for (int64_t i = 0; i < width; ++i) {
      const float difference = widened(x[i]) - mean;
      squares += difference * difference;
    }
    const float scale = 1 / __builtin_sqrtf(squares / count + static_cast<float>(eps));
#pragma omp simd
    for (int64_t i = 0; i < width; ++i) {
      narrow_to((widened(x[i]) - mean) * scale * widened(weight[i]) + widened(bias[i]), out[i]);
    }
  }
}

template <typename T>
void rms_norm_rows(const T* x, const T* weight, double eps, int64_t rows, int64_t width, T* out) {
  for (int64_t row = 0; row < rows; ++row, x += width, out += width) {
    float squares = 0;
#pragma omp simd reduction(+ : squares)
    for (int64_t i = 0; i < width; ++i) squares += widened(x[i]) * widened(x[i]);
    const float mean = squares / static_cast<float>(width);
    const float scale = 1 / __builtin_sqrtf(mean + static_cast<float>(eps));
#pragma omp simd
    for (int64_t i = 0; i < width; ++i) {
      // As the layer is defined: the normalised number is stored before the weight meets it.
      T normed;
      narrow_to(widened(x[i]) * scale, normed);
      narrow_to(widened(weight[i]) * widened(normed), out[i]);
    }
  }
}

template <typename T>
void silu_times(const T* gate, const T* up, int64_t count, T* out) {
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) {
    const float g = widened(gate[i]);
    T silu;
    narrow_to(g / (1 + exponential(-g)), silu);
    narrow_to(widened(silu) * widened(up[i]), out[i]);
  }
}

template <typename T>
void gate_by_sigmoid(const T* x, float slope, float cubic, int64_t count, T* out) {
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) {
    const float number = widened(x[i]);
    const float inner = slope * (number + cubic * number * number * number);
    narrow_to(number / (1 + exponential(-inner)), out[i]);
  }
}

template <typename T>
void rotate_heads(const T* x, int64_t heads, int64_t stride, int64_t width, int64_t rotary,
                  const float* cos, const float* sin, T* out, int64_t out_stride) {
  const int64_t half = rotary / 2;
  for (int64_t head = 0; head < heads; ++head, x += stride, out += out_stride) {
#pragma omp simd
    for (int64_t i = 0; i < half; ++i) {
      const float first = widened(x[i]), second = widened(x[half + i]);
      narrow_to(first * cos[i] - second * sin[i], out[i]);
      narrow_to(second * cos[half + i] + first * sin[half + i], out[half + i]);
    }
    for (int64_t i = rotary; i < width; ++i) out[i] = x[i];
  }
}

int64_t sum_numbers(const int64_t* numbers, int64_t count) {
  int64_t sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += numbers[i];
  return sum;
}

}  // namespace
}  // namespace slava::SLAVA_ISA
