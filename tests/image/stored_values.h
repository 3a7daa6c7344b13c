// Stored values of a film as the goldens under tests/golden/films record them.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/hash.h"

namespace slava {

// SHA-256 over whole values as 32-bit integers, little-endian.
inline std::string sha256_of_stored(const std::vector<float>& values) {
  std::string bytes(4 * values.size(), '\0');
  for (size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<int32_t>(values[i]);
    std::memcpy(bytes.data() + 4 * i, &value, 4);
  }
  return sha256_hex(bytes);
}

}  // namespace slava
