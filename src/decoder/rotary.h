// Rotary position embedding (arXiv:2104.09864) over the first `rotary` numbers of each head, paired
// half against half as in GPT-NeoX, Phi and LLaMA.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"
#include "nn/torch.h"

namespace slava {

// How fast each pair of numbers turns from one position to the next.
struct RotaryConfig {
  enum class Scaling {
    kNone,
    kLinear,  // positions divided by `factor`
    kLlama3,  // slow pairs divided by `factor`, fast ones kept, those between blended
  };
  double theta = 10000;
  Scaling scaling = Scaling::kNone;
  double factor = 1;
  double low_freq_factor = 1;                      // kLlama3
  double high_freq_factor = 4;                     // kLlama3
  double original_max_position_embeddings = 8192;  // kLlama3
};

// Keys `rope_theta` and `rope_scaling` of a decoder's configuration, or `rope_parameters`, which
// newer files have in their place. kModel for a scaling that is not known.
Result<RotaryConfig> parse_rotary_config(const nlohmann::json& config);

// `partial_rotary_factor`, which newer files keep in `rope_parameters`.
double partial_rotary_factor(const nlohmann::json& config, double otherwise);

// cos and sin of T positions, each [T, rotary], float32; [B, 1, T, rotary] where the B sequences
// are at different ones.
struct RotaryAngles {
  Tensor cos;
  Tensor sin;
};

// The table for positions 0 .. positions - 1.
RotaryAngles make_rotary_angles(int64_t positions, int64_t rotary, const RotaryConfig& config,
                                const at::Device& device);

// Rows first .. first + count - 1 of the table.
RotaryAngles narrow(const RotaryAngles& table, int64_t first, int64_t count);

// x [B, H, T, K] turned by the angles of its positions; numbers behind `rotary` pass through.
Tensor rotate(const Tensor& x, const RotaryAngles& angles);

}  // namespace slava
