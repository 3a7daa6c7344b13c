// What the decoders' attention layers share: heads, the cache of keys and values, and the causal
// attention itself.
// Shapes: B batch, T tokens, H query heads, G key/value heads (H is a multiple of G), K head width.
#pragma once

#include "decoder/decoder.h"

namespace slava {

// x [B, T, H * K] to [B, H, T, K].
Tensor split_heads(const Tensor& x, int64_t heads);

// Writes `fresh` [B, G, T, K] behind the first `length` tokens of `store` and returns all of them,
// [B, G, length + T, K], as a view.
Tensor append_tokens(Tensor& store, const Tensor& fresh, int64_t length);

// q [B, H, T, K], k and v [B, G, S, K] to [B, T, H * K]; scores are summed in float32 by the kernel
// whatever the tensors are. T is S, each token seeing itself and what lies before, or T is 1 and
// sees everything.
Tensor causal_attention(const Tensor& q, const Tensor& k, const Tensor& v);

// Room for `capacity` tokens in `layers` layers.
KeyValueCache allocate_cache(int64_t layers, at::IntArrayRef shape, const at::TensorOptions& like);

}  // namespace slava
