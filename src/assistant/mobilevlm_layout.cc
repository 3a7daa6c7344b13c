// MobileVLM and MobileVLM V2: CLIP, a downsampling projector (ldpnet, ldpnetv2) or an MLP, a LLaMA
// decoder. All keys stand at the top of config.json; of the vision tower it holds the name alone.
#include "assistant/layout.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

constexpr int64_t kClipHeadWidth = 64;  // of every CLIP that was published

Result<CheckpointConfig> parse(const json& whole, const std::string& file_name) {
  JsonFields fields(whole, file_name);
  CheckpointConfig config = vicuna_checkpoint(fields, "mobilevlm", "");
  config.projector.type = fields.text_or("mm_projector_type", "linear");
  const std::string select = fields.text_or("mm_vision_select_feature", "patch");
  SLAVA_TRY_STATUS(fields.finish());
  config.adds_begin_token = true;
  config.vision = object_at(whole, "vision_config");
  config.vision["feature_layers"] = whole.value("mm_vision_select_layer", json(-2));
  config.vision["feature_select"] = select;
  config.text = whole;
  config.text["model_type"] = "llama";
  const json end = whole.value("eos_token_id", json());
  if (end.is_number_unsigned()) config.end_tokens = {end.get<int64_t>()};
  return config;
}

void locate(const TensorMap& tensors, CheckpointConfig& config) {
  config.vision_scope = scope_ending(tensors, "embeddings.patch_embedding.weight",
                                     "model.vision_tower.vision_tower.vision_model");
  json& vision = config.vision;
  const int64_t layers = layers_under(tensors, config.vision_scope + ".encoder.layers");
  if (layers > 0) tensors_decide(vision, "num_hidden_layers", layers);
  locate_tower(tensors, config.vision_scope, kClipTower, vision);
  if (!object_at(config.whole, "vision_config").contains("num_attention_heads")) {
    vision["num_attention_heads"] = vision.value("hidden_size", int64_t{0}) / kClipHeadWidth;
  }
  if (config.projector.type.starts_with("ldpnet")) {
    config.projector.scope =
        scope_ending(tensors, "embed_tokens.weight", "model") + ".mm_projector";
  } else {
    locate_mlp(tensors, "mm_projector", config.projector);
  }
  config.decoder_scopes.model = scope_ending(tensors, "embed_tokens.weight", "model");
  locate_vocabulary(tensors, config);
}

}  // namespace

extern const Layout kMobileVlmLayout{"mobilevlm", "MobileLlamaForCausalLM", parse, locate};

}  // namespace slava
