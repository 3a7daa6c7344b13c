// CLIP's vision transformer (arXiv:2103.00020): a class token and S/P x S/P patches through
// pre-norm blocks. [V, 3, S, S] in, the hidden states of chosen layers [V, N, E] out.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "nn/activation.h"
#include "vision/vision_encoder.h"

namespace slava {

struct ClipConfig {
  int64_t hidden_size = 1024;  // width of a layer
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
  bool keep_class_token = false;  // "full" or "cls_patch"; else the patches alone
};

// Keys as in transformers' CLIPVisionConfig, and `feature_layers` (list; negative ones count from
// the last layer's output, -1) and `feature_select` ("default", "patch": without the class token;
// "full", "cls_patch": with it).
Result<ClipConfig> parse_clip_config(const nlohmann::json& config);

// Parameters under `scope`: embeddings, pre_layrnorm (sic), encoder.layers.N, post_layernorm. What
// lies behind the last feature layer must be there, and is not loaded.
Result<std::unique_ptr<VisionEncoder>> make_clip(const nlohmann::json& config,
                                                 ParameterBinder& binder, const std::string& scope);

}  // namespace slava
