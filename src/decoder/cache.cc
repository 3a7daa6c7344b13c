#include "decoder/cache.h"

#include "kernels/kernels.h"
#include "nn/large_pages.h"

namespace slava {
namespace {

// Keys and values of every layer, of `sizes` each, in one piece of memory, which is returned.
template <typename Caches>
Tensor allocate(const CacheShape& shape, std::vector<int64_t> sizes,
                const at::TensorOptions& numbers, Caches& caches) {
  sizes.insert(sizes.begin(), {2, shape.layers});
  const Tensor memory = empty_in_large_pages(sizes, numbers);
  for (int64_t i = 0; i < shape.layers; ++i) {
    caches.keys.push_back(memory[0][i]);
    caches.values.push_back(memory[1][i]);
  }
  return memory;
}

}  // namespace

KeyValueCache allocate_cache(const CacheShape& shape, int64_t capacity, CacheNumbers numbers) {
  const bool in_int8 = numbers == CacheNumbers::kInt8;
  KeyValueCache cache;
  allocate(shape, {shape.groups, capacity, in_int8 ? int8_row_bytes(shape.width) : shape.width},
           in_int8 ? shape.numbers.dtype(at::kChar) : shape.numbers, cache);
  return cache;
}

FixedCaches allocate_fixed_caches(const CacheShape& shape, int64_t sequences, int64_t capacity) {
  FixedCaches caches;
  // What lies behind a sequence's tokens is multiplied by 0, which must not meet a NaN.
  allocate(shape, {sequences, shape.groups, capacity, shape.width}, shape.numbers, caches).zero_();
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
