#include "bench/bench_shapes.h"

#include "base/check.h"
#include "bench/bench.h"

namespace slava {
namespace {

using nlohmann::json;

json clip(int64_t width, int64_t layers, int64_t side) {
  return {{"model_type", "clip_vision_model"},
          {"hidden_size", width},
          {"intermediate_size", 4 * width},
          {"num_hidden_layers", layers},
          {"num_attention_heads", width / 64},
          {"image_size", side},
          {"patch_size", 14},
          {"hidden_act", "quick_gelu"},
          {"feature_layers", json::array({-2})},
          {"feature_select", "patch"}};
}

json phi_2() {
  return {{"model_type", "phi"},
          {"hidden_size", 2560},
          {"intermediate_size", 10240},
          {"num_hidden_layers", 32},
          {"num_attention_heads", 32},
          {"vocab_size", 51200},
          {"max_position_embeddings", 2048},
          {"partial_rotary_factor", 0.4}};
}

json llama(int64_t width, int64_t inner, int64_t layers) {
  return {{"model_type", "llama"},
          {"hidden_size", width},
          {"intermediate_size", inner},
          {"num_hidden_layers", layers},
          {"num_attention_heads", width >= 1024 ? 32 : 4},
          {"vocab_size", 32064},
          {"max_position_embeddings", 4096}};
}

struct Shape {
  const char* name;
  json (*vision)();
  json (*text)();
};
const Shape kShapes[] = {
    {"slava", [] { return clip(1024, 24, 336); }, phi_2},
    {"llava-2.7b", [] { return clip(1024, 24, 336); }, [] { return llama(2560, 6912, 32); }},
    {"llava-7b", [] { return clip(1024, 24, 336); }, [] { return llama(4096, 11008, 32); }},
    {"tiny", [] { return clip(64, 2, 56); }, [] { return llama(64, 96, 2); }},
};

}  // namespace

std::vector<std::string> bench_shape_names() {
  std::vector<std::string> names;
  for (const Shape& shape : kShapes) names.emplace_back(shape.name);
  return names;
}

CheckpointConfig bench_config(const std::string& shape) {
  for (const Shape& known : kShapes) {
    if (shape != known.name) continue;
    CheckpointConfig config;
    config.layout = "llava";
    config.name = shape + ", random weights";
    config.notice = "RANDOM WEIGHTS: THE TEXT IS NOISE";
    config.views = {View::kFrontal};
    config.vision = known.vision();
    config.vision_scope = "model.vision_tower.vision_model";
    config.projector.type = "mlp2x_gelu";
    config.projector.layers = {"linear_1", "linear_2"};
    config.projector.scope = "model.multi_modal_projector";
    config.text = known.text();
    config.decoder_scopes = {"model.language_model", "lm_head"};
    return config;
  }
  SLAVA_CHECK(false);
  return {};
}

}  // namespace slava
