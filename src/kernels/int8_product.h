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
constexpr int kMostRows = 4;

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

// 4 x 2 sums, 2 pieces of weights, a piece of a row and a product: 12 of 16 registers; gcc does not
// manage with more.
constexpr int kMostRows = 4;
// Rows are widened to 16 bit so many groups at a time, 8 KB of them.
constexpr int64_t kGroupsAtOnce = 256;
// Bytes of a panel that are fetched before they are needed.
constexpr int64_t kAhead = 8 * kGroupBytes;

// Adds to sums[r][n] the products of rows [groups][kRows][kPanelInputs] with one panel.
// Meanwhile as many bytes behind them are fetched.
template <int kRows>
void accumulate_widened(const int16_t* rows, const uint8_t* panel, int64_t groups, int32_t* sums) {
  const uint8_t* ahead = panel + groups * kGroupBytes;
  // Pieces of 4 outputs that are summed at a time: more of them where there are fewer rows.
  constexpr int kPieces = kRows == 2 ? 4 : 2;
  for (int64_t strip = 0; strip < kPanelOutputs; strip += 4 * kPieces) {
    __m256i acc[kRows][kPieces];  // each of 4 outputs, two halves
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
      for (int i = 0; i < kPieces; ++i) acc[r][i] = _mm256_setzero_si256();
    }
    const uint8_t* place = panel + strip * kPanelInputs;
    const int16_t* x = rows;
    for (int64_t group = 0; group < groups; ++group, place += kGroupBytes) {
      __builtin_prefetch(ahead, 0, 2);
      ahead += kGroupBytes * 4 * kPieces / kPanelOutputs;
      __m256i weights[kPieces];
#pragma GCC unroll 4
      for (int i = 0; i < kPieces; ++i) {
        const auto* bytes = reinterpret_cast<const __m128i*>(place + 16 * i);
        weights[i] = _mm256_cvtepu8_epi16(_mm_loadu_si128(bytes));
      }
#pragma GCC unroll 8
      for (int r = 0; r < kRows; ++r, x += kPanelInputs) {
        long long four;
        std::memcpy(&four, x, sizeof four);
        const __m256i inputs = _mm256_set1_epi64x(four);
#pragma GCC unroll 4
        for (int i = 0; i < kPieces; ++i) {
          acc[r][i] = _mm256_add_epi32(acc[r][i], _mm256_madd_epi16(weights[i], inputs));
          // Row by row: gcc would keep products of all rows, and push sums out of the registers.
          __asm__ volatile("" : "+x"(acc[r][i]));
        }
      }
    }
    for (int r = 0; r < kRows; ++r) {
      for (int i = 0; i < kPieces; ++i) {
        int32_t halves[8];
        _mm256_storeu_si256(reinterpret_cast<__m256i*>(halves), acc[r][i]);
        int32_t* sum = sums + r * kPanelOutputs + strip + i * 4;
        for (int n = 0; n < 4; ++n) sum[n] += halves[2 * n] + halves[2 * n + 1];
      }
    }
  }
}

// One row: the panel passes once, as it lies in memory. Products of magnitudes up to 127, which can
// be summed in pairs without saturation, with the row's signs put on the weights.
inline void accumulate_row(const int8_t* row, const uint8_t* panel, int64_t groups, int32_t* sums) {
  constexpr int kPieces = kPanelOutputs / 8;
  const __m256i ones = _mm256_set1_epi16(1), surplus = _mm256_set1_epi8(-128);
  __m256i acc[kPieces];  // of 8 outputs each
#pragma GCC unroll 8
  for (int i = 0; i < kPieces; ++i) acc[i] = _mm256_setzero_si256();
  int32_t total = 0;
  for (int64_t group = 0; group < groups; ++group, panel += kGroupBytes, row += kPanelInputs) {
    const __m256i x = _mm256_set1_epi32(four_bytes(row)), magnitude = _mm256_abs_epi8(x);
    total += row[0] + row[1] + row[2] + row[3];
#pragma GCC unroll 4
    for (int i = 0; i < 4; ++i) __builtin_prefetch(panel + kAhead + 64 * i);
#pragma GCC unroll 8
    for (int i = 0; i < kPieces; ++i) {
      const auto* bytes = reinterpret_cast<const __m256i*>(panel + 32 * i);
      const __m256i weights = _mm256_xor_si256(_mm256_loadu_si256(bytes), surplus);
      const __m256i pairs = _mm256_maddubs_epi16(magnitude, _mm256_sign_epi8(weights, x));
      acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(pairs, ones));
      __asm__ volatile("" : "+x"(acc[i]));
    }
  }
  for (int i = 0; i < kPieces; ++i) {
    const __m256i sum = _mm256_add_epi32(acc[i], _mm256_set1_epi32(128 * total));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(sums + 8 * i), sum);
  }
}

// Products of 16-bit numbers: those of 8-bit ones would be summed in pairs with saturation.
template <int kRows>
void accumulate(const int8_t* rows, int64_t stride, const uint8_t* panel, const uint8_t* /*ahead*/,
                int64_t groups, int32_t* sums) {
  if constexpr (kRows == 1) return accumulate_row(rows, panel, groups, sums);
  int16_t wide[kGroupsAtOnce * kRows * kPanelInputs];
  for (int64_t n = 0; n < kRows * kPanelOutputs; ++n) sums[n] = 0;
  for (int64_t first = 0; first < groups; first += kGroupsAtOnce) {
    const int64_t count = groups - first < kGroupsAtOnce ? groups - first : kGroupsAtOnce;
    for (int r = 0; r < kRows; ++r) {
      const int8_t* row = rows + r * stride + first * kPanelInputs;
      for (int64_t group = 0; group < count; ++group, row += kPanelInputs) {
        const __m128i four = _mm_cvtepi8_epi16(_mm_cvtsi32_si128(four_bytes(row)));
        _mm_storel_epi64(reinterpret_cast<__m128i*>(wide + (group * kRows + r) * kPanelInputs),
                         four);
      }
    }
    accumulate_widened<kRows>(wide, panel + first * kGroupBytes, count, sums);
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
