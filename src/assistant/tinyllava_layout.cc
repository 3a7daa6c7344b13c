// TinyLLaVA: SigLIP or CLIP, an MLP, Phi-2 or TinyLlama. Two layouts: that of TinyLLaVA_Factory,
// and that of the checkpoints before it (bczhou/TinyLLaVA-*).
#include "assistant/layout.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

// SigLipVisionConfig's values, which no former checkpoint writes down: so400m/14 at 384.
constexpr int64_t kSo400mSide = 384;
constexpr int64_t kSo400mPatches = 729;  // 384 is no multiple of 14, so that they do not tell it
constexpr int64_t kSo400mLayers = 27;
constexpr int64_t kSo400mHeads = 16;

Result<CheckpointConfig> parse(const json& whole, const std::string& file_name) {
  JsonFields fields(whole, file_name);
  CheckpointConfig config = vicuna_checkpoint(fields, "tinyllava", "square");
  config.projector.type = fields.text_or("connector_type", "mlp2x_gelu");
  const std::string select = fields.text_or("vision_feature_select_strategy", "patch");
  SLAVA_TRY_STATUS(fields.finish());
  config.vision = object_at(whole, "vision_config");
  config.vision["feature_layers"] = whole.value("vision_feature_layer", json(-2));
  config.vision["feature_select"] = select;
  config.text = object_at(whole, "text_config");
  const json family = config.text.value("model_type", json("llama"));
  config.text["model_type"] = family;
  // LLaMA's tokenizers put their begin token in front.
  config.adds_begin_token = family == "llama";
  return config;
}

void locate(const TensorMap& tensors, CheckpointConfig& config) {
  config.vision_scope = scope_ending(tensors, "embeddings.patch_embedding.weight",
                                     "vision_tower._vision_tower.vision_model");
  const json said = config.vision.value("model_type", json());
  if (said.is_null() || said == kClipTower || said == kSiglipTower) {
    const bool is_clip = tensors.contains(config.vision_scope + ".embeddings.class_embedding");
    locate_tower(tensors, config.vision_scope, is_clip ? kClipTower : kSiglipTower, config.vision);
  }
  locate_mlp(tensors, "_connector", config.projector);
  config.decoder_scopes.model =
      scope_ending(tensors, "embed_tokens.weight", "language_model.model");
  config.decoder_scopes.head =
      scope_ending(tensors, "lm_head.weight", "language_model") + ".lm_head";
  locate_vocabulary(tensors, config);
}

Result<CheckpointConfig> parse_former(const json& whole, const std::string& file_name) {
  JsonFields fields(whole, file_name);
  CheckpointConfig config = vicuna_checkpoint(fields, "tinyllava", "square");
  config.projector.type = fields.text_or("mm_projector_type", "mlp2x_gelu");
  SLAVA_TRY_STATUS(fields.finish());
  config.vision = object_at(whole, "vision_config");
  config.vision.emplace("num_attention_heads", kSo400mHeads);
  // Its tower lost its last layer before anything was trained on it, and gives what comes out of
  // the one before, with every patch.
  config.vision["feature_layers"] = -1;
  config.vision["feature_select"] = "cls_patch";
  config.text = whole;
  config.text["model_type"] = "phi";
  return config;
}

void locate_former(const TensorMap& tensors, CheckpointConfig& config) {
  config.vision_scope = scope_ending(tensors, "embeddings.patch_embedding.weight",
                                     "model.vision_tower.vision_tower.vision_model");
  const auto places = tensors.find(config.vision_scope + ".embeddings.position_embedding.weight");
  if (places == tensors.end() || places->second.size(0) == kSo400mPatches) {
    config.vision.emplace("image_size", kSo400mSide);
  }
  locate_tower(tensors, config.vision_scope, kSiglipTower, config.vision);
  const int64_t layers = layers_under(tensors, config.vision_scope + ".encoder.layers");
  config.vision["num_hidden_layers"] = layers > 0 ? layers : kSo400mLayers - 1;
  locate_mlp(tensors, "mm_projector", config.projector);
  config.decoder_scopes.model = scope_ending(tensors, "embed_tokens.weight", "model");
  config.text["lm_head_bias"] = tensors.contains("lm_head.bias");
  locate_vocabulary(tensors, config);
}

}  // namespace

extern const Layout kTinyLlavaLayout{"tinyllava", "TinyLlavaForConditionalGeneration", parse,
                                     locate};
extern const Layout kFormerTinyLlavaLayout{"tiny_llava_phi", "TinyLlavaPhiForCausalLM",
                                           parse_former, locate_former};

}  // namespace slava
