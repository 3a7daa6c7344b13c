// What the decoders share of attention and its cache of keys and values.
// Shapes: B batch, T new tokens, D model width, H query heads, G key/value heads (H is a multiple
// of G), K head width.
#pragma once

#include "decoder/decoder.h"
#include "decoder/rotary.h"

namespace slava {

// Tokens that are in the cache, 0 without one, before `embeddings` [B, T, D] are added: as
// Decoder::forward takes them.
int64_t tokens_before(const Tensor& embeddings, int64_t width, const KeyValueCache* cache);

// Queries q [B, H, T, K], keys k and values v [B, G, T, K] of the new tokens to [B, T, H * K]. q
// and k are turned by `angles`, k and v put behind what layer `layer` of the cache holds; then each
// token attends to itself and to what lies before. Scores are summed in float32 by the kernel
// whatever the tensors are.
Tensor rotary_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                        const RotaryAngles& angles, KeyValueCache* cache, size_t layer);

// Room in `layers` layers for keys and values of `shape` [B, G, capacity, K] each.
KeyValueCache allocate_cache(int64_t layers, at::IntArrayRef shape, const at::TensorOptions& like);

}  // namespace slava
