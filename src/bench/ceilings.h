// What the machine can do at most: the yardsticks that a model's times are held against.
#pragma once

#include <cstdint>
#include <vector>

namespace slava {

// Layers of one shape, weight [out, in].
struct LinearShape {
  int64_t out = 0;
  int64_t in = 0;
  int64_t count = 0;
};

// Additions and multiplications of `rows` rows through all of them.
double operations(const std::vector<LinearShape>& shapes, int64_t rows);

enum class Numbers { kInt8, kBfloat16, kFloat32 };

// Seconds that `rows` rows through all of them take when nothing else is done: products alone,
// weights from memory, inputs at hand in the right number type.
double linear_seconds(const std::vector<LinearShape>& shapes, int64_t rows, Numbers numbers);

// Bytes a second that all threads together read from memory.
double memory_read_rate();

}  // namespace slava
