// bfloat16 as it is stored, bit for bit libtorch's. Conversions have internal linkage: each
// instruction set compiles its own.
#pragma once

#include <cstdint>
#include <cstring>

namespace slava {

struct Bf16 {
  uint16_t bits;
};

namespace {

inline float widened(float x) { return x; }
inline float widened(int8_t x) { return static_cast<float>(x); }
inline float widened(Bf16 x) {
  const uint32_t bits = static_cast<uint32_t>(x.bits) << 16;
  float wide;
  std::memcpy(&wide, &bits, sizeof wide);
  return wide;
}

inline void narrow_to(float x, float& out) { out = x; }
// Rounds half to even; a NaN stays one.
inline void narrow_to(float x, Bf16& out) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  const uint32_t rounded = (bits + 0x7FFF + ((bits >> 16) & 1)) >> 16;
  out.bits = static_cast<uint16_t>(x == x ? rounded : 0x7FC0);
}

}  // namespace
}  // namespace slava
