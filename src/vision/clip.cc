#include "vision/clip.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/check.h"
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

}  // namespace

Result<ClipConfig> parse_clip_config(const json& config) {
  JsonFields fields(config, "vision_config");
  ClipConfig clip;
  clip.hidden_size = fields.integer("hidden_size", 8, 1 << 16);
  clip.intermediate_size = fields.integer("intermediate_size", 8, 1 << 18);
  clip.num_hidden_layers = fields.integer("num_hidden_layers", 1, 1024);
  clip.num_attention_heads = fields.integer("num_attention_heads", 1, 1024);
  clip.image_size = fields.integer("image_size", 1, 4096);
  clip.patch_size = fields.integer("patch_size", 1, 4096);
  clip.layer_norm_eps = fields.number_or("layer_norm_eps", 1e-5);
  const int64_t channels = fields.integer_or("num_channels", 3, 1, 1024);
  const std::string act = fields.text_or("hidden_act", "quick_gelu");
  const std::string select = fields.text_or("feature_select", "patch");
  SLAVA_TRY_STATUS(fields.finish());
  SLAVA_TRY(clip.activation, activation_named(act, "vision_config.hidden_act"));
  SLAVA_TRY(clip.feature_layers, parse_feature_layers(config, clip.num_hidden_layers));
  const auto wrong = [](const std::string& what) {
    return fail(ErrorKind::kModel, cat("vision_config: ", what));
  };
  if (channels != 3) return wrong(cat("num_channels is ", channels, "; expected 3"));
  if (clip.hidden_size % clip.num_attention_heads != 0) {
    return wrong(cat("hidden_size ", clip.hidden_size, " is no multiple of num_attention_heads ",
                     clip.num_attention_heads));
  }
  if (clip.image_size < clip.patch_size) {
    return wrong(
        cat("image_size ", clip.image_size, " is smaller than patch_size ", clip.patch_size));
  }
  if (select == "full" || select == "cls_patch") {
    clip.keep_class_token = true;
  } else if (select != "default" && select != "patch") {
    return wrong(
        cat("feature_select is \"", select, "\"; expected default, patch, full or cls_patch"));
  }
  return clip;
}

namespace {

struct ClipAttention {
  Linear q_proj, k_proj, v_proj, out_proj;
  int64_t heads;

  ClipAttention(ParameterBinder& binder, const std::string& scope, const ClipConfig& config)
      : q_proj(binder, scope + ".q_proj", config.hidden_size, config.hidden_size),
        k_proj(binder, scope + ".k_proj", config.hidden_size, config.hidden_size),
        v_proj(binder, scope + ".v_proj", config.hidden_size, config.hidden_size),
        out_proj(binder, scope + ".out_proj", config.hidden_size, config.hidden_size),
        heads(config.num_attention_heads) {}

  // x [V, N, E] to [V, N, E]; every token sees every other.
  Tensor operator()(const Tensor& x) const {
    return out_proj(
        join_heads(attention(split_heads(q_proj(x), heads), split_heads(k_proj(x), heads),
                             split_heads(v_proj(x), heads), Sight::kAll)));
  }
};

// h = x + attention(norm(x)); y = h + mlp(norm(h)).
struct ClipBlock {
  LayerNorm layer_norm1, layer_norm2;
  ClipAttention self_attn;
  Linear fc1, fc2;
  ActivationFunction activation;

  ClipBlock(ParameterBinder& binder, const std::string& scope, const ClipConfig& config)
      : layer_norm1(binder, scope + ".layer_norm1", config.hidden_size, config.layer_norm_eps),
        layer_norm2(binder, scope + ".layer_norm2", config.hidden_size, config.layer_norm_eps),
        self_attn(binder, scope + ".self_attn", config),
        fc1(binder, scope + ".mlp.fc1", config.hidden_size, config.intermediate_size),
        fc2(binder, scope + ".mlp.fc2", config.intermediate_size, config.hidden_size),
        activation(config.activation) {}

  Tensor operator()(const Tensor& x) const {
    const Tensor h = x + self_attn(layer_norm1(x));
    return h + fc2(activation(fc1(layer_norm2(h))));
  }
};

// The parameters of a block that no feature comes from.
void expect_block(ParameterBinder& binder, const std::string& scope, const ClipConfig& config) {
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

class Clip : public VisionEncoder {
 public:
  Clip(const ClipConfig& config, ParameterBinder& binder, const std::string& scope)
      : config_(config),
        class_embedding_(binder.bind(scope + ".embeddings", "class_embedding", {config.hidden_size},
                                     Start::normal(0.02))),
        patch_embedding_(binder.bind(scope + ".embeddings.patch_embedding", "weight",
                                     {config.hidden_size, 3, config.patch_size, config.patch_size},
                                     Start::normal(0.02))),
        position_embedding_(binder.bind(scope + ".embeddings.position_embedding", "weight",
                                        {grid() * grid() + 1, config.hidden_size},
                                        Start::normal(0.02))),
        pre_layrnorm_(binder, scope + ".pre_layrnorm", config.hidden_size, config.layer_norm_eps) {
    const int64_t needed = std::ranges::max(config.feature_layers);
    for (int64_t i = 0; i < config.num_hidden_layers; ++i) {
      const std::string layer = cat(scope, ".encoder.layers.", i);
      if (i < needed) {
        layers_.emplace_back(binder, layer, config);
      } else {
        expect_block(binder, layer, config);
      }
    }
    binder.expect(scope + ".post_layernorm", "weight", {config.hidden_size});
    binder.expect(scope + ".post_layernorm", "bias", {config.hidden_size});
  }

  Tensor encode(const Tensor& pixels, Pass) const override {
    SLAVA_CHECK_EQ(pixels.dim(), 4);
    SLAVA_CHECK_EQ(pixels.size(3), config_.image_size);
    const Tensor patches = at::conv2d(pixels, patch_embedding_, {}, config_.patch_size)
                               .flatten(2)
                               .transpose(1, 2);  // [V, N, E]
    const Tensor first = class_embedding_.expand({pixels.size(0), 1, config_.hidden_size});
    Tensor x = pre_layrnorm_(at::cat({first, patches}, 1) + position_embedding_);  // [V, 1 + N, E]
    std::vector<Tensor> states{x};
    for (const ClipBlock& layer : layers_) states.push_back(x = layer(x));

    std::vector<Tensor> features;
    for (const int64_t place : config_.feature_layers) {
      const Tensor& state = states[static_cast<size_t>(place)];
      features.push_back(config_.keep_class_token ? state : state.narrow(1, 1, state.size(1) - 1));
    }
    return at::cat(features, -1);
  }

  int64_t image_size() const override { return config_.image_size; }
  int64_t patches() const override { return grid() * grid() + (config_.keep_class_token ? 1 : 0); }
  int64_t width() const override {
    return config_.hidden_size * static_cast<int64_t>(config_.feature_layers.size());
  }

 private:
  int64_t grid() const { return config_.image_size / config_.patch_size; }

  ClipConfig config_;
  Tensor class_embedding_;     // [E]
  Tensor patch_embedding_;     // [E, 3, P, P]
  Tensor position_embedding_;  // [1 + N, E]
  LayerNorm pre_layrnorm_;
  std::vector<ClipBlock> layers_;
};

}  // namespace

Result<std::unique_ptr<VisionEncoder>> make_clip(const json& config, ParameterBinder& binder,
                                                 const std::string& scope) {
  SLAVA_TRY(const ClipConfig clip, parse_clip_config(config));
  return std::make_unique<Clip>(clip, binder, scope);
}

}  // namespace slava
