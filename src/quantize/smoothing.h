// Difficulty moved from activations to weights (SmoothQuant, arXiv:2211.10438): what a norm gives
// is divided by a factor an input, and the columns of the layers behind it are multiplied by it.
// The model computes the same, but no single input is much larger than the others, which 8 bits
// cannot hold.
#pragma once

#include <string>
#include <vector>

#include "nn/input_range.h"
#include "nn/parameters.h"

namespace slava {

// A norm, and the linear layers that its output goes to and nothing else does; scopes.
struct SmoothedGroup {
  std::string norm;
  std::vector<std::string> linears;
};

// Those of the families that are known (CLIP, LLaMA, Phi with split or fused queries).
std::vector<SmoothedGroup> smoothed_groups(const TensorMap& tensors);

// Changes norms and weights in `tensors`; each keeps its number type. `strength` from 0 (weights
// alone stay easy) to 1 (activations alone become easy). Groups whose inputs nobody has seen stay
// as they are. Returns how many were smoothed.
size_t smooth(const InputRanges& ranges, double strength, TensorMap& tensors);

}  // namespace slava
