// What the tests of the kernels share: numbers of either type, and every instruction set of the
// machine.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "kernels/kernels.h"

namespace slava {

inline float wide(float x) { return x; }
inline float wide(Bf16 x) { return widened(x); }

template <typename T>
std::vector<T> drawn(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::normal_distribution<float> normal;
  std::vector<T> numbers(count);
  for (T& number : numbers) narrow_to(normal(random), number);
  return numbers;
}

// Of a number that was rounded to the type.
template <typename T>
double tolerance() {
  return std::is_same_v<T, float> ? 2e-6 : 8e-3;
}

inline std::vector<Isa> available_isas() {
  std::vector<Isa> isas;
  for (const Isa isa : kIsas) {
    if (is_available(isa)) isas.push_back(isa);
  }
  return isas;
}

template <typename T>
class Kernel : public ::testing::Test {};
using NumberTypes = ::testing::Types<float, Bf16>;

}  // namespace slava
