#include "quantize/smoothing.h"

#include <algorithm>

#include "base/strings.h"

namespace slava {
namespace {

struct Kind {
  const char* norm;
  std::vector<const char*> linears;  // those that a checkpoint has
};
const Kind kKinds[] = {
    // LLaMA; Phi, whose one norm is followed by attention and MLP alike.
    {"input_layernorm",
     {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj", "self_attn.query_key_value",
      "mlp.fc1"}},
    {"post_attention_layernorm", {"mlp.gate_proj", "mlp.up_proj"}},
    // CLIP.
    {"layer_norm1", {"self_attn.q_proj", "self_attn.k_proj", "self_attn.v_proj"}},
    {"layer_norm2", {"mlp.fc1"}},
};

// What a stored layer sees. Fused queries, keys and values are taken apart when they are loaded.
Tensor seen_by(const std::string& linear, const InputRanges& ranges) {
  const std::string fused = "query_key_value";
  std::string scope = linear;
  if (scope.ends_with(fused)) scope.replace(scope.size() - fused.size(), fused.size(), "q_proj");
  const auto found = ranges.find(scope);
  return found == ranges.end() ? Tensor() : found->second->largest;
}

// A factor an input, float32 [in].
Tensor factors(const Tensor& activations, const std::vector<Tensor>& weights, double strength) {
  Tensor columns;
  for (const Tensor& weight : weights) {
    const Tensor largest = weight.to(at::kFloat).abs().amax(0);
    columns = columns.defined() ? at::maximum(columns, largest) : largest;
  }
  constexpr double kNothing = 1e-5;  // an input that is never used is left alone
  const Tensor factor = at::pow(activations.clamp_min(kNothing), strength) /
                        at::pow(columns.clamp_min(kNothing), 1 - strength);
  const Tensor used = (activations > kNothing).logical_and(columns > kNothing);
  return at::where(used, factor, at::ones_like(factor));
}

}  // namespace

std::vector<SmoothedGroup> smoothed_groups(const TensorMap& tensors) {
  std::vector<SmoothedGroup> groups;
  for (const auto& [name, tensor] : tensors) {
    for (const Kind& kind : kKinds) {
      const std::string ending = cat(".", kind.norm, ".weight");
      if (!name.ends_with(ending)) continue;
      const std::string layer = name.substr(0, name.size() - ending.size());
      SmoothedGroup group{cat(layer, ".", kind.norm), {}};
      for (const char* linear : kind.linears) {
        const std::string scope = cat(layer, ".", linear);
        if (tensors.contains(scope + ".weight")) group.linears.push_back(scope);
      }
      if (!group.linears.empty()) groups.push_back(std::move(group));
    }
  }
  return groups;
}

size_t smooth(const InputRanges& ranges, double strength, TensorMap& tensors) {
  size_t smoothed = 0;
  for (const SmoothedGroup& group : smoothed_groups(tensors)) {
    const Tensor activations = seen_by(group.linears.front(), ranges);
    if (!activations.defined()) continue;
    std::vector<Tensor> weights;
    for (const std::string& linear : group.linears) weights.push_back(tensors[linear + ".weight"]);
    const Tensor factor = factors(activations, weights, strength);
    for (const char* name : {".weight", ".bias"}) {
      const auto norm = tensors.find(group.norm + name);
      if (norm == tensors.end()) continue;
      Tensor& numbers = norm->second;
      numbers = (numbers.to(at::kFloat) / factor).to(numbers.scalar_type());
    }
    for (const std::string& linear : group.linears) {
      Tensor& weight = tensors[linear + ".weight"];
      weight = (weight.to(at::kFloat) * factor).to(weight.scalar_type());
    }
    ++smoothed;
  }
  return smoothed;
}

}  // namespace slava
