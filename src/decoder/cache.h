// Keys and values of sequences, allocated once and written in place.
// Shapes: B sequences, T new tokens, G key/value heads, K head width.
#pragma once

#include <vector>

#include "nn/torch.h"

namespace slava {

// What keys and values are kept in.
enum class CacheNumbers {
  kAsComputed,  // the decoder's own type
  kInt8,        // rows of 8-bit values with a scale each (kernels.h: int8_row_bytes); CPU alone
};

// What a decoder keeps of each token.
struct CacheShape {
  int64_t layers = 0;
  int64_t groups = 0;           // G
  int64_t width = 0;            // K
  at::TensorOptions numbers{};  // as computed
};

struct FixedCaches;

// Those of one sequence in every layer.
struct KeyValueCache {
  std::vector<Tensor> keys;            // per layer [G, capacity, K], or rows of bytes
  std::vector<Tensor> values;          // likewise
  int64_t length = 0;                  // tokens that are in
  const FixedCaches* fixed = nullptr;  // in a step of those alone, whose place this is

  // Of all layers together.
  uint64_t bytes() const {
    uint64_t sum = 0;
    for (size_t i = 0; i < keys.size(); ++i) sum += keys[i].nbytes() + values[i].nbytes();
    return sum;
  }
  bool is_in_int8() const { return !keys.empty() && keys.front().scalar_type() == at::kChar; }
  int64_t capacity() const { return keys.empty() ? 0 : keys.front().size(1); }
};

// One a sequence of a batch, of whatever lengths; or none at all.
using KeyValueCaches = std::vector<KeyValueCache*>;

// Room for `capacity` tokens of one sequence.
KeyValueCache allocate_cache(const CacheShape& shape, int64_t capacity, CacheNumbers numbers);

// Caches of a fixed number of sequences. A step of one token for each of them reads and writes the
// same addresses and does the same operations whatever the sequences' lengths, so that a device can
// record it once and play it again.
struct FixedCaches {
  std::vector<Tensor> keys, values;  // per layer [B, G, capacity, K]
  Tensor lengths;                    // [B] int64, with them on the device: tokens that are in

  // Sequence `b`'s, empty, for passes of any number of tokens.
  KeyValueCache place(int64_t b) const;
  int64_t capacity() const { return keys.empty() ? 0 : keys.front().size(2); }
};

FixedCaches allocate_fixed_caches(const CacheShape& shape, int64_t sequences, int64_t capacity);

// KeyValueCache::fixed of `caches`, all of whose places in order they then are, in a pass of one
// token each; else null.
const FixedCaches* step_of_fixed_caches(const KeyValueCaches& caches);

}  // namespace slava
