// Vectors of float32 as wide as the instruction set has them. Internal linkage: each instruction
// set compiles its own.
#pragma once

#include <cstdint>
#include <cstring>

#include "kernels/bfloat16.h"

#if defined(__AVX2__)
#include <immintrin.h>
#endif

namespace slava::SLAVA_ISA {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif
typedef float Lanes __attribute__((vector_size(kLanes * sizeof(float))));

inline Lanes load(const float* from) {
  Lanes lanes;
  std::memcpy(&lanes, from, sizeof lanes);
  return lanes;
}

inline Lanes load(const Bf16* from) {
#if defined(__AVX512F__)
  const __m256i halves = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  // With a mask, though all are taken: gcc 12 warns of what is undefined in the other form.
  const __m512i wide = _mm512_maskz_cvtepu16_epi32(0xFFFF, halves);
  return reinterpret_cast<Lanes>(_mm512_maskz_slli_epi32(0xFFFF, wide, 16));
#elif defined(__AVX2__)
  const __m128i halves = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
  return reinterpret_cast<Lanes>(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16));
#else
  Lanes lanes;
  for (int i = 0; i < kLanes; ++i) lanes[i] = widened(from[i]);
  return lanes;
#endif
}

inline float sum_of(const Lanes& lanes) {
  float sum = 0;
  for (int i = 0; i < kLanes; ++i) sum += lanes[i];
  return sum;
}

}  // namespace
}  // namespace slava::SLAVA_ISA
