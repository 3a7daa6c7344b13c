// SLaVA-CXR as published (LLaVA-Phi, github.com/zhuyiche/llava-phi): CLIP, a linear or MLP
// projector, Phi-2 with split or fused queries, keys and values. The decoder's keys stand at the
// top of config.json, the other parts' under vision_config.{vision_tower, mm_projector}.
#include "assistant/layout.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

// The first of `places` that has `key`.
json first_of(std::initializer_list<const json*> places, const char* key) {
  for (const json* place : places) {
    if (place->contains(key) && !(*place)[key].is_null()) return (*place)[key];
  }
  return {};
}

Result<CheckpointConfig> parse(const json& whole, const std::string& file_name) {
  JsonFields fields(whole, file_name);
  CheckpointConfig config = vicuna_checkpoint(fields, "slava-cxr (llava_phi)", "");
  SLAVA_TRY_STATUS(fields.finish());
  if (whole.value("mm_use_im_start_end", json()) == true) {
    config.prompt.frontal = config.prompt.lateral = "<im_start><image><im_end>\n";
  }

  const json vision_config = object_at(whole, "vision_config");
  const json projector = object_at(vision_config, "mm_projector");
  config.vision = vision_config.contains("vision_tower") ? object_at(vision_config, "vision_tower")
                                                         : vision_config;
  const json layer = first_of({&config.vision, &whole}, "mm_vision_select_layer");
  const json select = first_of({&config.vision, &whole}, "mm_vision_select_feature");
  config.vision["feature_layers"] = layer.is_null() ? json::array({-2}) : layer;
  config.vision["feature_select"] = select.is_null() ? json("patch") : select;
  const json type = first_of({&projector, &whole}, "mm_projector_type");
  config.projector.type = type.is_string() ? type.get<std::string>() : "linear";

  config.text = whole;
  config.text.erase("vision_config");
  config.text["model_type"] = "phi";
  const json end = whole.value("eos_token_id", json());
  if (end.is_number_unsigned()) config.end_tokens = {end.get<int64_t>()};
  return config;
}

void locate(const TensorMap& tensors, CheckpointConfig& config) {
  config.vision_scope =
      scope_ending(tensors, "embeddings.patch_embedding.weight", "model.vision_tower.vision_model");
  locate_tower(tensors, config.vision_scope, kClipTower, config.vision);
  locate_mlp(tensors, "mm_projector", config.projector);
  config.decoder_scopes.model = scope_ending(tensors, "embed_tokens.weight", "model");
  locate_vocabulary(tensors, config);
}

}  // namespace

extern const Layout kLlavaPhiLayout{"llava_phi", "LlavaPhiForCausalLM", parse, locate};

}  // namespace slava
