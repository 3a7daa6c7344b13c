// Rotary position embedding (arXiv:2104.09864) over the first `rotary` numbers of each head, paired
// half against half as in GPT-NeoX and Phi.
#pragma once

#include "nn/torch.h"

namespace slava {

// cos and sin of positions first .. first + count - 1, each [count, rotary], float32.
struct RotaryAngles {
  Tensor cos;
  Tensor sin;
};

// The table for positions 0 .. positions - 1.
RotaryAngles make_rotary_angles(int64_t positions, int64_t rotary, double theta,
                                const at::Device& device);

// Rows first .. first + count - 1 of the table.
RotaryAngles narrow(const RotaryAngles& table, int64_t first, int64_t count);

// x [B, H, T, K] turned by the angles of its T positions; numbers behind `rotary` pass through.
Tensor rotate(const Tensor& x, const RotaryAngles& angles);

}  // namespace slava
