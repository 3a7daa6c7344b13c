// Scaled dot-product attention. Shapes: B batch, H query heads, G key/value heads (H is a multiple
// of G), T queries, S keys, K head width.
#pragma once

#include <vector>

#include "nn/torch.h"

namespace slava {

enum class Sight {
  kAll,     // every query sees every key
  kBefore,  // the queries are the last T of the S tokens; each sees itself and what lies before
};

// q [B, H, T, K], k and v [B, G, S, K] to [B, H, T, K]. Scores and sums are float32 whatever the
// tensors are. Where no gradient is wanted on the CPU it is computed here: libtorch's own is far
// from what memory and processor allow.
Tensor attention(const Tensor& q, const Tensor& k, const Tensor& v, Sight sight);

// The same over caches: of each of the B sequences keys and values [G, S, K] of its own, or rows in
// 8 bit as store_in_int8() makes them; the T queries are the last of its tokens (Sight::kBefore).
Tensor attention(const Tensor& q, const std::vector<Tensor>& keys,
                 const std::vector<Tensor>& values);

// Rows x [G, T, K], contiguous in the last dimension, as rows of a cache in 8 bit into `store`
// [G, T, int8_row_bytes(K)] of bytes, of which a row lies behind the other. CPU alone.
void store_in_int8(const Tensor& x, const Tensor& store);
// Such rows [..., int8_row_bytes(K)] as the numbers that they stand for, float32 [..., K].
Tensor widened_from_int8(const Tensor& rows);

// The first by libtorch.
Tensor libtorch_attention(const Tensor& q, const Tensor& k, const Tensor& v, Sight sight);

}  // namespace slava
