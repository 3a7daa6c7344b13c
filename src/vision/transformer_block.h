// A block of a vision transformer (arXiv:2010.11929), as CLIP and SigLIP have it.
// Shapes: V films, N tokens, E width.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "nn/activation.h"
#include "nn/layers.h"

namespace slava {

struct VisionTransformerConfig {
  int64_t hidden_size = 1024;  // E
  int64_t intermediate_size = 4096;
  int64_t num_hidden_layers = 24;
  int64_t num_attention_heads = 16;
  int64_t image_size = 336;  // S
  int64_t patch_size = 14;   // P
  double layer_norm_eps = 1e-5;
  ActivationFunction activation = nullptr;
  // Which hidden states are the features: 0 is the input of the first layer, l the output of layer
  // l. Several are joined along the width.
  std::vector<int64_t> feature_layers{23};
  bool keep_first_token = false;  // feature_select "full" or "cls_patch"; else it is dropped

  int64_t grid() const { return image_size / patch_size; }  // patches along a side
};

// Keys as in transformers' CLIPVisionConfig and SiglipVisionConfig, and `feature_layers` (list;
// negative ones count from the last layer's output, -1) and `feature_select` ("default", "patch":
// without the first token; "full", "cls_patch": with it). `defaults`: the activation and epsilon of
// a file that names none.
struct VisionTransformerDefaults {
  const char* hidden_act;
  double layer_norm_eps;
};
Result<VisionTransformerConfig> parse_vision_transformer(const nlohmann::json& config,
                                                         const VisionTransformerDefaults& defaults);

// Queries, keys and values; every token sees every other.
struct VisionAttention {
  Linear q_proj, k_proj, v_proj, out_proj;
  int64_t heads;

  VisionAttention(ParameterBinder& binder, const std::string& scope,
                  const VisionTransformerConfig& config);
  Tensor operator()(const LayerInput& x) const;  // [V, N, E] to [V, N, E]
};

// h = x + attention(norm(x)); y = h + mlp(norm(h)).
struct VisionBlock {
  LayerNorm layer_norm1, layer_norm2;
  VisionAttention self_attn;
  Linear fc1, fc2;
  ActivationFunction activation;

  VisionBlock(ParameterBinder& binder, const std::string& scope,
              const VisionTransformerConfig& config);
  Tensor operator()(const Tensor& x) const;  // [V, N, E] to [V, N, E]
};

// The blocks under `scope`.encoder.layers up to the last one that a feature comes from. Those
// behind it must be there, and are not loaded.
class VisionBlocks {
 public:
  VisionBlocks(ParameterBinder& binder, const std::string& scope,
               const VisionTransformerConfig& config);

  // Embeddings x [V, N, E] to features [V, N or N - 1, width].
  Tensor features(const Tensor& x) const;
  int64_t width() const;                   // E for each feature layer
  int64_t tokens(int64_t embedded) const;  // of so many embedded ones

 private:
  VisionTransformerConfig config_;
  std::vector<VisionBlock> layers_;
};

}  // namespace slava
