// Guesses at what a text goes on with, to be checked by the decoder several at a time.
#pragma once

#include <cstdint>
#include <vector>

namespace slava {

class DraftSource {
 public:
  virtual ~DraftSource() = default;
  // At most `count` tokens that may follow `text`; none where there is nothing to go by.
  virtual std::vector<int64_t> propose(const std::vector<int64_t>& text, int64_t count) const = 0;
};

}  // namespace slava
