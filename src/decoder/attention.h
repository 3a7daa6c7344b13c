// What the decoders share of attention and its cache of keys and values.
// Shapes: B batch, T new tokens, D model width, H query heads, G key/value heads (H is a multiple
// of G), K head width.
#pragma once

#include "decoder/decoder.h"
#include "decoder/rotary.h"

namespace slava {

// The angles of `embeddings` [B, T, D], which follow what is in the caches (Decoder::forward):
// cos and sin [T, rotary] where all sequences are of one length, else [B, 1, T, rotary].
RotaryAngles angles_behind(const RotaryAngles& table, const Tensor& embeddings,
                           const KeyValueCaches& caches);

// T more tokens are in each.
void lengthen(const KeyValueCaches& caches, int64_t tokens);

// Queries q [B, H, T, K], keys k and values v [B, G, T, K] of the new tokens to [B, T, H * K]. q
// and k are turned by `angles`, k and v put behind what layer `layer` of the caches holds; then
// each token attends to itself and to what lies before. Scores are summed in float32 by the kernel
// whatever the tensors are.
Tensor rotary_attention(const Tensor& q, const Tensor& k, const Tensor& v,
                        const RotaryAngles& angles, const KeyValueCaches& caches, size_t layer);

}  // namespace slava
