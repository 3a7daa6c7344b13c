#include "vision/transformer_block.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "base/strings.h"
#include "nn/attention.h"

namespace slava {
namespace {

using nlohmann::json;

Result<std::vector<int64_t>> parse_feature_layers(const json& config, int64_t layers) {
  const json wanted = config.value("feature_layers", json::array({-2}));
  std::vector<int64_t> places;
  for (const json& layer : wanted.is_array() ? wanted : json::array({wanted})) {
    const int64_t place = layer.is_number_integer() ? layer.get<int64_t>() : layers + 1;
    if (place < -(layers + 1) || place > layers) {
      return fail(ErrorKind::kModel, cat("vision_config: feature layer ", layer.dump(),
                                         " is none of ", -(layers + 1), " to ", layers));
    }
    places.push_back(place < 0 ? layers + 1 + place : place);
  }
  if (places.empty()) return fail(ErrorKind::kModel, "vision_config: feature_layers is empty");
  return places;
}

// The parameters of a block that no feature comes from.
void expect_block(ParameterBinder& binder, const std::string& scope,
                  const VisionTransformerConfig& config) {
  const int64_t width = config.hidden_size;
  for (const char* norm : {".layer_norm1", ".layer_norm2"}) {
    binder.expect(scope + norm, "weight", {width});
    binder.expect(scope + norm, "bias", {width});
  }
  for (const char* projection : {".q_proj", ".k_proj", ".v_proj", ".out_proj"}) {
    binder.expect(cat(scope, ".self_attn", projection), "weight", {width, width});
    binder.expect(cat(scope, ".self_attn", projection), "bias", {width});
  }
  binder.expect(scope + ".mlp.fc1", "weight", {config.intermediate_size, width});
  binder.expect(scope + ".mlp.fc1", "bias", {config.intermediate_size});
  binder.expect(scope + ".mlp.fc2", "weight", {width, config.intermediate_size});
  binder.expect(scope + ".mlp.fc2", "bias", {width});
}

}  // namespace

Result<VisionTransformerConfig> parse_vision_transformer(
    const json& config, const VisionTransformerDefaults& defaults) {
  JsonFields fields(config, "vision_config");
  VisionTransformerConfig vision;
  vision.hidden_size = fields.integer("hidden_size", 8, 1 << 16);
  vision.intermediate_size = fields.integer("intermediate_size", 8, 1 << 18);
  vision.num_hidden_layers = fields.integer("num_hidden_layers", 1, 1024);
  vision.num_attention_heads = fields.integer("num_attention_heads", 1, 1024);
  vision.image_size = fields.integer("image_size", 1, 4096);
  vision.patch_size = fields.integer("patch_size", 1, 4096);
  vision.layer_norm_eps = fields.number_or("layer_norm_eps", defaults.layer_norm_eps);
  const int64_t channels = fields.integer_or("num_channels", 3, 1, 1024);
  const std::string act = fields.text_or("hidden_act", defaults.hidden_act);
  const std::string select = fields.text_or("feature_select", "patch");
  SLAVA_TRY_STATUS(fields.finish());
  SLAVA_TRY(vision.activation, activation_named(act, "vision_config.hidden_act"));
  SLAVA_TRY(vision.feature_layers, parse_feature_layers(config, vision.num_hidden_layers));
  const auto wrong = [](const std::string& what) {
    return fail(ErrorKind::kModel, cat("vision_config: ", what));
  };
  if (channels != 3) return wrong(cat("num_channels is ", channels, "; expected 3"));
  if (vision.hidden_size % vision.num_attention_heads != 0) {
    return wrong(cat("hidden_size ", vision.hidden_size, " is no multiple of num_attention_heads ",
                     vision.num_attention_heads));
  }
  if (vision.image_size < vision.patch_size) {
    return wrong(
        cat("image_size ", vision.image_size, " is smaller than patch_size ", vision.patch_size));
  }
  if (select == "full" || select == "cls_patch") {
    vision.keep_first_token = true;
  } else if (select != "default" && select != "patch") {
    return wrong(
        cat("feature_select is \"", select, "\"; expected default, patch, full or cls_patch"));
  }
  return vision;
}

VisionAttention::VisionAttention(ParameterBinder& binder, const std::string& scope,
                                 const VisionTransformerConfig& config)
    : q_proj(binder, scope + ".q_proj", config.hidden_size, config.hidden_size),
      k_proj(binder, scope + ".k_proj", config.hidden_size, config.hidden_size),
      v_proj(binder, scope + ".v_proj", config.hidden_size, config.hidden_size),
      out_proj(binder, scope + ".out_proj", config.hidden_size, config.hidden_size),
      heads(config.num_attention_heads) {}

Tensor VisionAttention::operator()(const LayerInput& x) const {
  return out_proj(join_heads(attention(split_heads(q_proj(x), heads), split_heads(k_proj(x), heads),
                                       split_heads(v_proj(x), heads), Sight::kAll)));
}

VisionBlock::VisionBlock(ParameterBinder& binder, const std::string& scope,
                         const VisionTransformerConfig& config)
    : layer_norm1(binder, scope + ".layer_norm1", config.hidden_size, config.layer_norm_eps),
      layer_norm2(binder, scope + ".layer_norm2", config.hidden_size, config.layer_norm_eps),
      self_attn(binder, scope + ".self_attn", config),
      fc1(binder, scope + ".mlp.fc1", config.hidden_size, config.intermediate_size),
      fc2(binder, scope + ".mlp.fc2", config.intermediate_size, config.hidden_size),
      activation(config.activation) {}

Tensor VisionBlock::operator()(const Tensor& x) const {
  const Tensor h = x + self_attn(layer_norm1(x));
  return h + fc2(activation(fc1(layer_norm2(h))));
}

VisionBlocks::VisionBlocks(ParameterBinder& binder, const std::string& scope,
                           const VisionTransformerConfig& config)
    : config_(config) {
  const int64_t needed = std::ranges::max(config.feature_layers);
  for (int64_t i = 0; i < config.num_hidden_layers; ++i) {
    const std::string layer = cat(scope, ".encoder.layers.", i);
    if (i < needed) {
      layers_.emplace_back(binder, layer, config);
    } else {
      expect_block(binder, layer, config);
    }
  }
}

Tensor VisionBlocks::features(const Tensor& x) const {
  std::vector<Tensor> states{x};
  for (const VisionBlock& layer : layers_) states.push_back(layer(states.back()));
  std::vector<Tensor> features;
  for (const int64_t place : config_.feature_layers) {
    const Tensor& state = states[static_cast<size_t>(place)];
    features.push_back(config_.keep_first_token ? state : state.narrow(1, 1, state.size(1) - 1));
  }
  return at::cat(features, -1);
}

int64_t VisionBlocks::width() const {
  return config_.hidden_size * static_cast<int64_t>(config_.feature_layers.size());
}

int64_t VisionBlocks::tokens(int64_t embedded) const {
  return config_.keep_first_token ? embedded : embedded - 1;
}

}  // namespace slava
