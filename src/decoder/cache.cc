#include "decoder/cache.h"

#include "kernels/kernels.h"
#include "nn/large_pages.h"

namespace slava {
namespace {

// [2, layers, then `sizes`] in one piece.
Tensor memory_for(const CacheShape& shape, std::vector<int64_t> sizes,
                  const at::TensorOptions& numbers) {
  sizes.insert(sizes.begin(), {2, shape.layers});
  return empty_in_large_pages(sizes, numbers);
}

}  // namespace

KeyValueCache allocate_cache(const CacheShape& shape, int64_t capacity, CacheNumbers numbers) {
  const bool in_int8 = numbers == CacheNumbers::kInt8;
  const Tensor memory = memory_for(
      shape, {shape.groups, capacity, in_int8 ? int8_row_bytes(shape.width) : shape.width},
      in_int8 ? shape.numbers.dtype(at::kChar) : shape.numbers);
  KeyValueCache cache;
  for (int64_t i = 0; i < shape.layers; ++i) {
    cache.keys.push_back(memory[0][i]);
    cache.values.push_back(memory[1][i]);
  }
  return cache;
}

FixedCaches allocate_fixed_caches(const CacheShape& shape, int64_t sequences, int64_t capacity) {
  const Tensor memory =
      memory_for(shape, {sequences, shape.groups, capacity, shape.width}, shape.numbers);
  // What lies behind a sequence's tokens is multiplied by 0, which must not meet a NaN.
  memory.zero_();
  FixedCaches caches;
  for (int64_t i = 0; i < shape.layers; ++i) {
    caches.keys.push_back(memory[0][i]);
    caches.values.push_back(memory[1][i]);
  }
  caches.lengths = at::zeros({sequences}, shape.numbers.dtype(at::kLong));
  return caches;
}

KeyValueCache FixedCaches::place(int64_t b) const {
  KeyValueCache cache;
  for (size_t layer = 0; layer < keys.size(); ++layer) {
    cache.keys.push_back(keys[layer][b]);
    cache.values.push_back(values[layer][b]);
  }
  return cache;
}

const FixedCaches* step_of_fixed_caches(const KeyValueCaches& caches) {
  return caches.empty() ? nullptr : caches.front()->fixed;
}

}  // namespace slava
