#include "decoder/attention.h"

#include "base/check.h"

namespace slava {

Tensor split_heads(const Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, -1}).transpose(1, 2);
}

Tensor append_tokens(Tensor& store, const Tensor& fresh, int64_t length) {
  store.narrow(2, length, fresh.size(2)).copy_(fresh);
  return store.narrow(2, 0, length + fresh.size(2));
}

Tensor causal_attention(const Tensor& q, const Tensor& k, const Tensor& v) {
  SLAVA_CHECK(q.size(2) == 1 || q.size(2) == k.size(2));
  const bool causal = q.size(2) > 1;
  const bool grouped = q.size(1) != k.size(1);
  const Tensor y =
      at::scaled_dot_product_attention(q, k, v, {}, 0.0, causal, /*scale=*/std::nullopt, grouped);
  return y.transpose(1, 2).flatten(2);
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
