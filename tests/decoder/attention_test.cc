#include "decoder/attention.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

// Six tokens of four query heads over two key heads, in one pass and in pieces behind a cache.
TEST(RotaryAttention, PiecesBehindACacheGiveWhatOnePassGives) {
  constexpr int64_t kTokens = 6, kWidth = 8;
  at::manual_seed(1);
  const Tensor q = at::randn({1, 4, kTokens, kWidth});
  const Tensor k = at::randn({1, 2, kTokens, kWidth});
  const Tensor v = at::randn({1, 2, kTokens, kWidth});
  const RotaryAngles table = make_rotary_angles(kTokens, kWidth, {}, at::kCPU);
  const Tensor whole = rotary_attention(q, k, v, table, {}, 0);  // [1, 6, 32]
  for (const int64_t first : {1, 2, 5}) {
    KeyValueCache cache =
        allocate_cache({1, 2, kWidth, q.options()}, kTokens, CacheNumbers::kAsComputed);
    const auto piece = [&](const Tensor& x, int64_t begin, int64_t count) {
      return x.narrow(2, begin, count);
    };
    rotary_attention(piece(q, 0, first), piece(k, 0, first), piece(v, 0, first),
                     narrow(table, 0, first), {&cache}, 0);
    cache.length = first;
    const int64_t rest = kTokens - first;
    const Tensor behind =
        rotary_attention(piece(q, first, rest), piece(k, first, rest), piece(v, first, rest),
                         narrow(table, first, rest), {&cache}, 0);
    EXPECT_TRUE(at::allclose(behind, whole.narrow(1, first, rest), 1e-5, 1e-5)) << first;
  }
}

}  // namespace
}  // namespace slava
