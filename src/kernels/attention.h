// Attention of a few queries over many cached keys and values, which are read once. For table.cc
// alone, once an instruction set.
#pragma once

#include "kernels/functions.h"
#include "kernels/kernels.h"

namespace slava::SLAVA_ISA {
namespace {

// Tokens whose scores are kept at a time.
constexpr int64_t kTokensAtOnce = 64;

template <int64_t kWidth, typename T>
float dot(const float* query, const T* key, int64_t width) {
  const int64_t count = kWidth > 0 ? kWidth : width;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += query[i] * widened(key[i]);
  return sum;
}

// One query over `tokens` keys and values, its softmax taken as they pass: `total` is the sum of
// e^(score - largest), `sum` [width] the values weighted by them. kWidth: the width where it is
// known when compiling, else 0.
template <int64_t kWidth, typename T>
void attend_one(const float* query, const T* keys, const T* values, int64_t tokens, int64_t width,
                float* sum) {
  const int64_t count = kWidth > 0 ? kWidth : width;
  float largest = -3.0e38F, total = 0;
  for (int64_t i = 0; i < count; ++i) sum[i] = 0;
  for (int64_t first = 0; first < tokens; first += kTokensAtOnce) {
    const int64_t rest = tokens - first;
    const int64_t size = rest < kTokensAtOnce ? rest : kTokensAtOnce;
    float scores[kTokensAtOnce];
    float block_largest = largest;
    for (int64_t t = 0; t < size; ++t) {
      scores[t] = dot<kWidth>(query, keys + (first + t) * count, count);
      block_largest = larger(block_largest, scores[t]);
    }
    if (block_largest > largest) {
      const float shrink = exponential(largest - block_largest);
      total *= shrink;
#pragma omp simd
      for (int64_t i = 0; i < count; ++i) sum[i] *= shrink;
      largest = block_largest;
    }
    float block_total = 0;
#pragma omp simd reduction(+ : block_total)
    for (int64_t t = 0; t < size; ++t) {
      scores[t] = exponential(scores[t] - largest);
      block_total += scores[t];
    }
    total += block_total;
    for (int64_t t = 0; t < size; ++t) {
      const T* value = values + (first + t) * count;
      const float weight = scores[t];
#pragma omp simd
      for (int64_t i = 0; i < count; ++i) sum[i] += weight * widened(value[i]);
    }
  }
  const float scale = 1 / total;
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) sum[i] *= scale;
}

template <int64_t kWidth, typename T>
void attend_all(const T* queries, int64_t count, const T* keys, const T* values,
                const int64_t* visible, int64_t width, float scale, T* out) {
  float query[kWidestHead], sum[kWidestHead];
  for (int64_t q = 0; q < count; ++q, queries += width, out += width) {
    for (int64_t i = 0; i < width; ++i) query[i] = widened(queries[i]) * scale;
    attend_one<kWidth>(query, keys, values, visible[q], width, sum);
    for (int64_t i = 0; i < width; ++i) narrow_to(sum[i], out[i]);
  }
}

template <typename T>
void attend(const T* queries, int64_t count, const T* keys, const T* values, const int64_t* visible,
            int64_t width, float scale, T* out) {
  if (width == 64) return attend_all<64>(queries, count, keys, values, visible, width, scale, out);
  if (width == 80) return attend_all<80>(queries, count, keys, values, visible, width, scale, out);
  if (width == 128)
    return attend_all<128>(queries, count, keys, values, visible, width, scale, out);
  attend_all<0>(queries, count, keys, values, visible, width, scale, out);
}

}  // namespace
}  // namespace slava::SLAVA_ISA
