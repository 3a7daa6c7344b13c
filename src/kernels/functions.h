// Functions of one number that compilers turn into vector code: no branch, no call, no table.
#pragma once

#include <cstdint>
#include <cstring>

namespace slava::SLAVA_ISA {
namespace {

// The first where it is a NaN.
inline float larger(float a, float b) { return b > a ? b : a; }
inline float smaller(float a, float b) { return b < a ? b : a; }

// e^x to about 2e-7 of its value; x below -87 gives about 1e-38, above 88 about 2e38.
inline float exponential(float x) {
  x = smaller(larger(x, -87.0F), 88.0F);
  // 2^n * e^r with |r| at most half of ln 2: adding 1.5 * 2^23 rounds to a whole number.
  constexpr float kRounding = 12582912.0F;
  const float shifted = x * 1.44269504F + kRounding;
  const float n = shifted - kRounding;
  const float r = (x - n * 0.693359375F) + n * 2.12194440e-4F;
  // Cephes' polynomial for (e^r - 1 - r) / r^2.
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * r * r + r + 1.0F;
  int32_t power, bits;
  std::memcpy(&power, &shifted, sizeof power);
  std::memcpy(&bits, &p, sizeof bits);
  bits += static_cast<int32_t>(static_cast<uint32_t>(power) << 23);
  float result;
  std::memcpy(&result, &bits, sizeof result);
  return result;
}

}  // namespace
}  // namespace slava::SLAVA_ISA
