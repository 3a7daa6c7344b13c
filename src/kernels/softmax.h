// A softmax over scores that come piece by piece, and the sum of what they weigh. Internal linkage:
// each instruction set compiles its own.
#pragma once

#include "kernels/functions.h"

namespace slava::SLAVA_ISA {
namespace {

struct RunningSoftmax {
  float largest = -3.0e38F;  // score so far
  float total = 0;           // of e^(score - largest)

  // `count` scores become weights e^(score - largest). Where one of them is the largest yet, what
  // was weighed before them, `sums` [width], becomes smaller.
  void weigh(float* scores, int64_t count, float* sums, int64_t width) {
    float highest = largest;
#pragma omp simd reduction(max : highest)
    for (int64_t t = 0; t < count; ++t) highest = larger(highest, scores[t]);
    if (highest > largest) {
      const float shrink = exponential(largest - highest);
      total *= shrink;
#pragma omp simd
      for (int64_t i = 0; i < width; ++i) sums[i] *= shrink;
      largest = highest;
    }
    float sum = 0;
    const float against = largest;
#pragma omp simd reduction(+ : sum)
    for (int64_t t = 0; t < count; ++t) {
      scores[t] = exponential(scores[t] - against);
      sum += scores[t];
    }
    total += sum;
  }
};

}  // namespace
}  // namespace slava::SLAVA_ISA
