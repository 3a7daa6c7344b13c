// Work shared out among threads piece by piece: one that is held up takes fewer pieces, where fixed
// halves would let the others wait for it.
#pragma once

#include <ATen/Parallel.h>

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace slava {

// Calls work(begin, end) for pieces of 0 .. count - 1, of `piece` items at most, in any order.
template <typename Work>
void share_out(int64_t count, int64_t piece, const Work& work) {
  if (count <= piece) return work(int64_t{0}, count);
  std::atomic<int64_t> next = 0;
  at::parallel_for(0, at::get_num_threads(), 1, [&](int64_t, int64_t) {
    for (int64_t begin = next.fetch_add(piece); begin < count; begin = next.fetch_add(piece)) {
      work(begin, std::min(begin + piece, count));
    }
  });
}

}  // namespace slava
