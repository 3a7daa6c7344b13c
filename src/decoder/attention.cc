#include "decoder/attention.h"

#include "base/check.h"

namespace slava {
namespace {

// Writes `fresh` [B, G, T, K] behind the first `length` tokens of `store` and returns all of them,
// [B, G, length + T, K], as a view.
Tensor append_tokens(Tensor& store, const Tensor& fresh, int64_t length) {
  store.narrow(2, length, fresh.size(2)).copy_(fresh);
  return store.narrow(2, 0, length + fresh.size(2));
}

// The T queries are the last of the S tokens of k and v [B, G, S, K]; each sees what lies before.
Tensor causal_attention(const Tensor& q, const Tensor& k, const Tensor& v) {
  const int64_t added = q.size(2), all = k.size(2);
  SLAVA_CHECK(added <= all);
  const bool grouped = q.size(1) != k.size(1);
  // One token sees everything and needs no mask; where all are new the kernel knows it by itself.
  std::optional<Tensor> mask;
  if (added > 1 && added < all) {
    mask = at::ones({added, all}, q.options().dtype(at::kBool)).tril(all - added);
  }
  return join_heads(at::scaled_dot_product_attention(q, k, v, mask, 0.0,
                                                     /*is_causal=*/added > 1 && !mask,
                                                     /*scale=*/std::nullopt, grouped));
}

}  // namespace

int64_t tokens_before(const Tensor& embeddings, int64_t width, const KeyValueCache* cache) {
  SLAVA_CHECK_EQ(embeddings.dim(), 3);
  SLAVA_CHECK_EQ(embeddings.size(2), width);
  return cache == nullptr ? 0 : cache->length;
}

Tensor rotary_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                        const RotaryAngles& angles, KeyValueCache* cache, size_t layer) {
  const Tensor queries = rotate(q, angles);
  const Tensor keys = rotate(k, angles);
  if (cache == nullptr) return causal_attention(queries, keys, v);
  return causal_attention(queries, append_tokens(cache->keys[layer], keys, cache->length),
                          append_tokens(cache->values[layer], v, cache->length));
}

KeyValueCache allocate_cache(int64_t layers, at::IntArrayRef shape, const at::TensorOptions& like) {
  KeyValueCache cache;
  for (int64_t i = 0; i < layers; ++i) {
    cache.keys.push_back(at::empty(shape, like));
    cache.values.push_back(at::empty(shape, like));
  }
  return cache;
}

}  // namespace slava
