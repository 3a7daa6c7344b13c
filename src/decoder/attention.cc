#include "decoder/attention.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"
#include "nn/attention.h"

namespace slava {
namespace {

// Writes `fresh` [G, T, K], whose rows are contiguous, behind the first `length` tokens of `store`
// [G, capacity, K], or in 8 bit where the store is; returns all of them, [G, length + T, K], as a
// view.
Tensor append_tokens(const Tensor& store, const Tensor& fresh, int64_t length) {
  const int64_t groups = fresh.size(0), tokens = fresh.size(1), width = fresh.size(2);
  SLAVA_CHECK(length + tokens <= store.size(1));
  if (store.scalar_type() == at::kChar) {
    store_in_int8(fresh, store.narrow(1, length, tokens));
    return store.narrow(1, 0, length + tokens);
  }
  const bool plain = store.is_cpu() && store.scalar_type() == fresh.scalar_type() &&
                     fresh.stride(2) == 1 && store.is_contiguous();
  if (!plain) {
    store.narrow(1, length, tokens).copy_(fresh);
  } else {
    // A few small copies, for every layer of every step: libtorch's own take longer to set up.
    const auto size = static_cast<int64_t>(fresh.element_size());
    const auto* from = static_cast<const char*>(fresh.const_data_ptr());
    auto* to = static_cast<char*>(store.data_ptr()) + length * width * size;
    for (int64_t g = 0; g < groups; ++g) {
      for (int64_t t = 0; t < tokens; ++t) {
        std::memcpy(to + (g * store.size(1) + t) * width * size,
                    from + (g * fresh.stride(0) + t * fresh.stride(1)) * size,
                    static_cast<size_t>(width * size));
      }
    }
  }
  return store.narrow(1, 0, length + tokens);
}

// A step of every sequence of `caches`: fresh keys and values [B, G, 1, K] behind what is in them,
// and q [B, H, 1, K] over all of that. The same operations whatever the lengths.
Tensor attend_in_step(const Tensor& q, const Tensor& fresh_keys, const Tensor& fresh_values,
                      const FixedCaches& caches, size_t layer) {
  SLAVA_CHECK_EQ(q.size(2), 1);
  const Tensor& keys = caches.keys[layer];
  const Tensor& values = caches.values[layer];
  const Tensor place = caches.lengths.view({-1, 1, 1, 1}).expand_as(fresh_keys);
  keys.scatter_(2, place, fresh_keys);
  values.scatter_(2, place, fresh_values);
  const Tensor positions = at::arange(caches.capacity(), caches.lengths.options());
  const Tensor seen = positions <= caches.lengths.view({-1, 1, 1, 1});  // [B, 1, 1, capacity]
  return at::scaled_dot_product_attention(q, keys, values, seen, 0.0, /*is_causal=*/false,
                                          /*scale=*/std::nullopt,
                                          /*enable_gqa=*/q.size(1) != keys.size(1));
}

}  // namespace

RotaryAngles angles_behind(const RotaryAngles& table, const Tensor& embeddings,
                           const KeyValueCaches& caches) {
  SLAVA_CHECK_EQ(embeddings.dim(), 3);
  const int64_t tokens = embeddings.size(1);
  if (caches.empty()) return narrow(table, 0, tokens);
  SLAVA_CHECK_EQ(static_cast<int64_t>(caches.size()), embeddings.size(0));
  const auto picked = [&](const Tensor& angles, const Tensor& rows) {
    return angles.index_select(0, rows).view({embeddings.size(0), 1, tokens, -1});
  };
  if (const FixedCaches* fixed = step_of_fixed_caches(caches)) {
    return {picked(table.cos, fixed->lengths), picked(table.sin, fixed->lengths)};
  }
  const int64_t first = caches.front()->length;
  if (std::ranges::all_of(caches, [&](const auto* c) { return c->length == first; })) {
    return narrow(table, first, tokens);
  }
  std::vector<int64_t> positions;
  for (const KeyValueCache* cache : caches) {
    for (int64_t t = 0; t < tokens; ++t) positions.push_back(cache->length + t);
  }
  const Tensor rows = at::tensor(positions, at::kLong).to(table.cos.device());
  return {picked(table.cos, rows), picked(table.sin, rows)};
}

void lengthen(const KeyValueCaches& caches, int64_t tokens) {
  for (KeyValueCache* cache : caches) cache->length += tokens;
}

Tensor rotary_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                        const RotaryAngles& angles, const KeyValueCaches& caches, size_t layer) {
  const Tensor queries = rotate(q, angles);
  const Tensor fresh = rotate(k, angles);
  if (caches.empty()) return join_heads(attention(queries, fresh, v, Sight::kBefore));
  if (const FixedCaches* fixed = step_of_fixed_caches(caches)) {
    return join_heads(attend_in_step(queries, fresh, v, *fixed, layer));
  }
  // What is computed in this very pass need not come back from 8 bit.
  const bool all_fresh =
      caches.size() == 1 && caches.front()->length == 0 && caches.front()->is_in_int8();
  std::vector<Tensor> keys, values;
  for (size_t b = 0; b < caches.size(); ++b) {
    const auto row = static_cast<int64_t>(b);
    const KeyValueCache& cache = *caches[b];
    keys.push_back(append_tokens(cache.keys[layer], fresh[row], cache.length));
    values.push_back(append_tokens(cache.values[layer], v[row], cache.length));
  }
  if (all_fresh) return join_heads(attention(queries, fresh, v, Sight::kBefore));
  return join_heads(attention(queries, keys, values));
}

}  // namespace slava
