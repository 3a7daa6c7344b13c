// A seed comes in; one choice after another goes out, the same for the same seed everywhere.
#pragma once

#include <cstdint>
#include <vector>

#include "base/check.h"
#include "base/hash.h"

namespace slava::wording {

class Draw {
 public:
  explicit Draw(uint64_t seed) : seed_(seed) {}

  // 0 to count - 1.
  size_t below(size_t count) {
    SLAVA_CHECK(count > 0);
    return static_cast<size_t>(mix_seed(seed_, ++step_) % count);
  }

  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }

  // `items` in a drawn order.
  template <typename T>
  void shuffle(std::vector<T>& items) {
    for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  uint64_t seed_;
  uint64_t step_ = 0;
};

}  // namespace slava::wording
