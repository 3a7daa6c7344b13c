// Attention of a few queries over many cached keys and values, which are read once, and the rows of
// a cache in 8 bit. For table.cc alone, once an instruction set.
#pragma once

#include "kernels/functions.h"
#include "kernels/kernels.h"
#include "kernels/rows.h"
#include "kernels/softmax.h"

namespace slava::SLAVA_ISA {
namespace {

// Tokens whose scores are kept at a time.
constexpr int64_t kTokensAtOnce = 64;

// Rows of keys or values as they lie in a cache: numbers, `width` of them each.
template <typename T>
struct PlainRows {
  const T* first;
  int64_t width;

  const T* row(int64_t t) const { return first + t * width; }
  float scale(int64_t) const { return 1; }
};

// The same in 8 bit.
struct Int8CacheRows {
  const int8_t* first;
  int64_t width;

  const int8_t* row(int64_t t) const { return first + t * int8_row_bytes(width); }
  float scale(int64_t t) const {
    float factor;
    std::memcpy(&factor, row(t) + width, sizeof factor);
    return factor;
  }
};

template <int64_t kWidth, typename T>
float dot(const float* query, const T* key, int64_t width) {
  const int64_t count = kWidth > 0 ? kWidth : width;
  float sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += query[i] * widened(key[i]);
  return sum;
}

// One query over `tokens` keys and values, its softmax taken as they pass: `sum` [width] are the
// values weighted by it. kWidth: the width where it is
// known when compiling, else 0.
template <int64_t kWidth, typename Rows>
void attend_one(const float* query, const Rows& keys, const Rows& values, int64_t tokens,
                int64_t width, float* sum) {
  const int64_t count = kWidth > 0 ? kWidth : width;
  RunningSoftmax softmax;
  for (int64_t i = 0; i < count; ++i) sum[i] = 0;
  for (int64_t first = 0; first < tokens; first += kTokensAtOnce) {
    const int64_t rest = tokens - first;
    const int64_t size = rest < kTokensAtOnce ? rest : kTokensAtOnce;
    float scores[kTokensAtOnce];
    for (int64_t t = 0; t < size; ++t) {
      scores[t] = keys.scale(first + t) * dot<kWidth>(query, keys.row(first + t), count);
    }
    softmax.weigh(scores, size, sum, count);
    for (int64_t t = 0; t < size; ++t) {
      const auto* value = values.row(first + t);
      const float weight = scores[t] * values.scale(first + t);
#pragma omp simd
      for (int64_t i = 0; i < count; ++i) sum[i] += weight * widened(value[i]);
    }
  }
  const float scale = 1 / softmax.total;
#pragma omp simd
  for (int64_t i = 0; i < count; ++i) sum[i] *= scale;
}

template <int64_t kWidth, typename T, typename Rows>
void attend_all(const T* queries, int64_t count, const Rows& keys, const Rows& values,
                const int64_t* visible, int64_t width, float scale, T* out) {
  float query[kWidestHead], sum[kWidestHead];
  for (int64_t q = 0; q < count; ++q, queries += width, out += width) {
    for (int64_t i = 0; i < width; ++i) query[i] = widened(queries[i]) * scale;
    attend_one<kWidth>(query, keys, values, visible[q], width, sum);
    for (int64_t i = 0; i < width; ++i) narrow_to(sum[i], out[i]);
  }
}

// The common widths are known when compiling.
template <typename T, typename Rows>
void attend_rows(const T* queries, int64_t count, const Rows& keys, const Rows& values,
                 const int64_t* visible, int64_t width, float scale, T* out) {
  if (width == 64) return attend_all<64>(queries, count, keys, values, visible, width, scale, out);
  if (width == 80) return attend_all<80>(queries, count, keys, values, visible, width, scale, out);
  if (width == 128)
    return attend_all<128>(queries, count, keys, values, visible, width, scale, out);
  attend_all<0>(queries, count, keys, values, visible, width, scale, out);
}

template <typename T>
void attend(const T* queries, int64_t count, const T* keys, const T* values, const int64_t* visible,
            int64_t width, float scale, T* out) {
  attend_rows(queries, count, PlainRows<T>{keys, width}, PlainRows<T>{values, width}, visible,
              width, scale, out);
}

template <typename T>
void attend_int8(const T* queries, int64_t count, const int8_t* keys, const int8_t* values,
                 const int64_t* visible, int64_t width, float scale, T* out) {
  attend_rows(queries, count, Int8CacheRows{keys, width}, Int8CacheRows{values, width}, visible,
              width, scale, out);
}

template <typename T>
void store_int8_rows(const T* x, int64_t count, int64_t stride, int64_t width, int8_t* out) {
  for (int64_t t = 0; t < count; ++t, x += stride, out += int8_row_bytes(width)) {
    const float scale = quantize_row(x, width, out).scale;
    std::memcpy(out + width, &scale, sizeof scale);
  }
}

void widen_int8_rows(const int8_t* rows, int64_t count, int64_t width, float* out) {
  const Int8CacheRows from{rows, width};
  for (int64_t t = 0; t < count; ++t, out += width) {
    const int8_t* row = from.row(t);
    const float scale = from.scale(t);
#pragma omp simd
    for (int64_t i = 0; i < width; ++i) out[i] = scale * widened(row[i]);
  }
}

}  // namespace
}  // namespace slava::SLAVA_ISA
