// 8-bit activations times 8-bit weights, summed exactly in 32 bits. For table.cc alone, once an
// instruction set.
//
// A panel of 64 outputs stays in the second-level cache while the rows pass by, a few at a time;
// the sums of those stay in registers. Weights are unsigned, 128 too large, since the processors
// multiply unsigned by signed numbers: the rows' sums take that back.
#pragma once

#include <cstring>

#include "kernels/kernels.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace slava::SLAVA_ISA {
namespace {

constexpr int64_t kGroupBytes = kPanelOutputs * kPanelInputs;

inline int32_t four_bytes(const int8_t* from) {
  int32_t bits;
  std::memcpy(&bits, from, sizeof bits);
  return bits;
}

#if defined(__AVX512VNNI__)

// 6 x 4 sums, 4 pieces of weights and a piece of a row: 29 of 32 registers.
constexpr int kMostRows = 6;

// sums[r][n] of kRows rows, `stride` bytes apart, with one panel; meanwhile the panel `ahead`, if
// any, is on its way from memory.
template <int kRows>
void accumulate(const int8_t* rows, int64_t stride, const uint8_t* panel, const uint8_t* ahead,
                int64_t groups, int32_t* sums) {
  const int64_t step = ahead != nullptr ? kGroupBytes : 0;
  if (step == 0) ahead = panel;  // is in the cache
  __m512i acc[kRows][4];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) acc[r][i] = _mm512_setzero_si512();
  }
  for (int64_t group = 0; group < groups; ++group, panel += kGroupBytes, rows += kPanelInputs) {
    __m512i weights[4];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      weights[i] = _mm512_loadu_si512(panel + 64 * i);
      if (kRows >= 4) __builtin_prefetch(ahead + 64 * i, 0, 2);
    }
    ahead += step;
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const __m512i x = _mm512_set1_epi32(four_bytes(rows + r * stride));
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) acc[r][i] = _mm512_dpbusd_epi32(acc[r][i], weights[i], x);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) {
      _mm512_storeu_si512(sums + r * kPanelOutputs + 16 * i, acc[r][i]);
    }
  }
}

#elif defined(__AVX2__)

// 2 x 4 sums, 4 pieces of weights and 2 of rows: 14 of 16 registers.
constexpr int kMostRows = 2;

// Products of 16-bit numbers: those of 8-bit ones would be summed in pairs with saturation.
template <int kRows>
void accumulate(const int8_t* rows, int64_t stride, const uint8_t* panel, const uint8_t* /*ahead*/,
                int64_t groups, int32_t* sums) {
  for (int64_t strip = 0; strip < 4; ++strip) {  // 16 outputs
    __m256i acc[kRows][4];                       // each of 4 outputs, two halves
#pragma GCC unroll 2
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) acc[r][i] = _mm256_setzero_si256();
    }
    for (int64_t group = 0; group < groups; ++group) {
      __m256i x[kRows];
#pragma GCC unroll 2
      for (int r = 0; r < kRows; ++r) {
        const int32_t four = four_bytes(rows + r * stride + group * kPanelInputs);
        x[r] = _mm256_cvtepi8_epi16(_mm_set1_epi32(four));
      }
      const uint8_t* place = panel + group * kGroupBytes + strip * 64;
#pragma GCC unroll 4
      for (int i = 0; i < 4; ++i) {
        const auto* bytes = reinterpret_cast<const __m128i*>(place + 16 * i);
        const __m256i weights = _mm256_cvtepu8_epi16(_mm_loadu_si128(bytes));
#pragma GCC unroll 2
        for (int r = 0; r < kRows; ++r) {
          acc[r][i] = _mm256_add_epi32(acc[r][i], _mm256_madd_epi16(weights, x[r]));
        }
      }
    }
    for (int r = 0; r < kRows; ++r) {
      for (int i = 0; i < 4; ++i) {
        int32_t halves[8];
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(halves), acc[r][i]);
        for (int n = 0; n < 4; ++n) {
          sums[r * kPanelOutputs + strip * 16 + i * 4 + n] = halves[2 * n] + halves[2 * n + 1];
        }
      }
    }
  }
}

#else

constexpr int kMostRows = 1;

template <int kRows>
void accumulate(const int8_t* rows, int64_t, const uint8_t* panel, const uint8_t* /*ahead*/,
                int64_t groups, int32_t* sums) {
  static_assert(kRows == 1);
  for (int64_t n = 0; n < kPanelOutputs; ++n) sums[n] = 0;
  for (int64_t group = 0; group < groups; ++group, rows += kPanelInputs, panel += kGroupBytes) {
    for (int64_t n = 0; n < kPanelOutputs; ++n) {
      for (int64_t k = 0; k < kPanelInputs; ++k) {
        sums[n] += rows[k] * panel[n * kPanelInputs + k];
      }
    }
  }
}

#endif

using Accumulate = void(const int8_t*, int64_t, const uint8_t*, const uint8_t*, int64_t, int32_t*);

// accumulate<1> to accumulate<kMostRows>.
template <int kRows = kMostRows>
Accumulate* accumulate_for(int64_t rows) {
  if constexpr (kRows > 1) {
    if (rows < kRows) return accumulate_for<kRows - 1>(rows);
  }
  return accumulate<kRows>;
}

template <typename T>
void int8_product(const Int8Rows& rows, const Int8Weights& weights, int64_t first, int64_t last,
                  T* out, int64_t stride) {
  const int64_t row_bytes = padded_inputs(weights.inputs);
  const int64_t groups = row_bytes / kPanelInputs;
  int32_t sums[kMostRows * kPanelOutputs];
  for (int64_t panel = first; panel < last; ++panel) {
    const uint8_t* bytes = weights.panels + panel * groups * kGroupBytes;
    const int64_t begin = panel * kPanelOutputs;
    const int64_t left = weights.outputs - begin;
    const int64_t outputs = left < kPanelOutputs ? left : kPanelOutputs;
    const float* weight_scale = weights.scale + begin;
    for (int64_t row = 0; row < rows.count; row += kMostRows) {
      const int64_t rest = rows.count - row;
      const int64_t count = rest < kMostRows ? rest : kMostRows;
      // While the second rows pass, which find this panel in the cache, the next one is fetched.
      const bool fetch = row == kMostRows && panel + 1 < last;
      accumulate_for(count)(rows.values + row * row_bytes, row_bytes, bytes,
                            fetch ? bytes + groups * kGroupBytes : nullptr, groups, sums);
      for (int64_t r = 0; r < count; ++r) {
        const int32_t surplus = 128 * rows.sum[row + r];
        const float scale = rows.scale[row + r];
        const int32_t* sum = sums + r * kPanelOutputs;
        T* place = out + (row + r) * stride + begin;
        if (weights.bias == nullptr) {
#pragma omp simd
          for (int64_t n = 0; n < outputs; ++n) {
            narrow_to(static_cast<float>(sum[n] - surplus) * (scale * weight_scale[n]), place[n]);
          }
        } else {
          const float* bias = weights.bias + begin;
#pragma omp simd
          for (int64_t n = 0; n < outputs; ++n) {
            narrow_to(static_cast<float>(sum[n] - surplus) * (scale * weight_scale[n]) + bias[n],
                      place[n]);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace slava::SLAVA_ISA
