// 8-bit activations times 4-bit weights with a scale for every 64 inputs of an output: the sums
// over those are exact, and are added up as floats. For table.cc alone, once an instruction set.
//
// A stretch of a panel is unpacked into the first-level cache and then serves all rows.
#pragma once

#include "kernels/int8_product.h"

namespace slava::SLAVA_ISA {
namespace {

// Of one stretch of 64 outputs: quads 0 to 7 from the low halves of the bytes, 8 to 15 from the
// high ones, as accumulate() takes them.
inline void unpack_stretch(const uint8_t* packed, uint8_t* unpacked) {
  constexpr int64_t kHalf = kStretchInputs / 2 * kPanelOutputs;
#pragma omp simd
  for (int64_t i = 0; i < kHalf; ++i) {
    unpacked[i] = packed[i] & 15;
    unpacked[kHalf + i] = static_cast<uint8_t>(packed[i] >> 4);
  }
}

inline int32_t sum_of(const int8_t* values, int64_t count) {
  int32_t sum = 0;
#pragma omp simd reduction(+ : sum)
  for (int64_t i = 0; i < count; ++i) sum += values[i];
  return sum;
}

template <typename T>
void int4_product(const Int8Rows& rows, const Int4Weights& weights, int64_t first, int64_t last,
                  T* out, int64_t stride) {
  constexpr int64_t kRowsAtOnce = kMostRows * 4;
  const int64_t row_bytes = padded_inputs(weights.inputs);
  const int64_t stretches = stretches_of(weights.inputs);
  alignas(64) uint8_t unpacked[kStretchInputs * kPanelOutputs];
  int32_t sums[kMostRows * kPanelOutputs];
  float totals[kRowsAtOnce * kPanelOutputs];
  for (int64_t panel = first; panel < last; ++panel) {
    const uint8_t* panel_bytes = weights.panels + panel * stretches * kStretchBytes;
    const Bf16* panel_scale = weights.scale + panel * stretches * kPanelOutputs;
    const int64_t begin = panel * kPanelOutputs;
    const int64_t left = weights.outputs - begin;
    const int64_t outputs = left < kPanelOutputs ? left : kPanelOutputs;
    for (int64_t row = 0; row < rows.count; row += kRowsAtOnce) {
      const int64_t rest = rows.count - row;
      const int64_t count = rest < kRowsAtOnce ? rest : kRowsAtOnce;
      for (int64_t i = 0; i < count * kPanelOutputs; ++i) totals[i] = 0;
      for (int64_t stretch = 0; stretch < stretches; ++stretch) {
        unpack_stretch(panel_bytes + stretch * kStretchBytes, unpacked);
        float scale[kPanelOutputs];
        for (int64_t n = 0; n < kPanelOutputs; ++n) {
          scale[n] = widened(panel_scale[stretch * kPanelOutputs + n]);
        }
        const int64_t inputs_left = row_bytes - stretch * kStretchInputs;
        const int64_t inputs = inputs_left < kStretchInputs ? inputs_left : kStretchInputs;
        for (int64_t r = 0; r < count; r += kMostRows) {
          const int64_t block = count - r < kMostRows ? count - r : kMostRows;
          const int8_t* values = rows.values + (row + r) * row_bytes + stretch * kStretchInputs;
          accumulate_for(block)(values, row_bytes, unpacked, nullptr, inputs / kPanelInputs, sums);
          for (int64_t b = 0; b < block; ++b) {
            const int32_t surplus = 8 * sum_of(values + b * row_bytes, inputs);
            float* total = totals + (r + b) * kPanelOutputs;
            const int32_t* sum = sums + b * kPanelOutputs;
#pragma omp simd
            for (int64_t n = 0; n < kPanelOutputs; ++n) {
              total[n] += static_cast<float>(sum[n] - surplus) * scale[n];
            }
          }
        }
      }
      for (int64_t r = 0; r < count; ++r) {
        const float scale = rows.scale[row + r];
        const float* total = totals + r * kPanelOutputs;
        T* place = out + (row + r) * stride + begin;
        for (int64_t n = 0; n < outputs; ++n) {
          const float bias = weights.bias == nullptr ? 0 : weights.bias[begin + n];
          narrow_to(total[n] * scale + bias, place[n]);
        }
      }
    }
  }
}

// Each stretch of a row becomes values from -7 to 7, its largest magnitude 7, and a scale.
template <typename T>
void pack_int4(const T* weight, int64_t outputs, int64_t inputs, uint8_t* panel, Bf16* scale) {
  const int64_t stretches = stretches_of(inputs);
  constexpr int64_t kHalf = kStretchInputs / 2 * kPanelOutputs;
  for (int64_t stretch = 0; stretch < stretches; ++stretch) {
    uint8_t* bytes = panel + stretch * kStretchBytes;
    // 8 stands for 0: what lies behind the weights adds nothing.
    for (int64_t i = 0; i < kStretchBytes; ++i) bytes[i] = 0x88;
    const int64_t begin = stretch * kStretchInputs;
    const int64_t left = inputs - begin;
    const int64_t count = left < kStretchInputs ? left : kStretchInputs;
    for (int64_t n = 0; n < kPanelOutputs; ++n) {
      Bf16& stored = scale[stretch * kPanelOutputs + n];
      stored = Bf16{0};
      if (n >= outputs) continue;
      const T* from = weight + n * inputs + begin;
      const float largest = largest_magnitude(from, count);
      narrow_to(largest / 7, stored);
      const float factor = largest > 1e-30F ? 1 / widened(stored) : 0;
      for (int64_t k = 0; k < count; ++k) {
        // In this order a NaN becomes a number, which alone can be made whole.
        const float value = __builtin_rintf(larger(-7, smaller(7, widened(from[k]) * factor)));
        const auto nibble = static_cast<uint8_t>(static_cast<int>(value) + 8);
        const int64_t place =
            (k / kPanelInputs * kPanelOutputs + n) * kPanelInputs + k % kPanelInputs;
        uint8_t& byte = bytes[place % kHalf];
        byte = place < kHalf ? static_cast<uint8_t>((byte & 0xF0) | nibble)
                             : static_cast<uint8_t>((byte & 0x0F) | (nibble << 4));
      }
    }
  }
}

}  // namespace
}  // namespace slava::SLAVA_ISA
