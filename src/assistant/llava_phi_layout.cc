// SLaVA-CXR as published (LLaVA-Phi, github.com/zhuyiche/llava-phi): CLIP, a linear or MLP
// projector, Phi-2 with split or fused queries, keys and values. The decoder's keys stand at the
// top of config.json, the other parts' under vision_config.{vision_tower, mm_projector}.
#include "assistant/layout.h"
#include "base/json_fields.h"
#include "base/log.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

// Byte for byte as in the publishers' conversation.py.
PromptConfig prompt_of(const json& whole) {
  PromptConfig prompt;
  prompt.conversation =
      "A chat between a curious user and an artificial intelligence assistant. The assistant gives "
      "helpful, detailed, and polite answers to the user's questions. USER: {films}{question} "
      "ASSISTANT:";
  const bool marked = whole.value("mm_use_im_start_end", json()) == true;
  prompt.frontal = marked ? "<im_start><image><im_end>\n" : "<image>\n";
  prompt.lateral = prompt.frontal;
  ask_as_published(prompt);
  return prompt;
}

// `object[key]` if it is an object, else an empty one.
json object_at(const json& object, const char* key) {
  const json found = object.is_object() ? object.value(key, json()) : json();
  return found.is_object() ? found : json::object();
}

// The first of `places` that has `key`.
json first_of(std::initializer_list<const json*> places, const char* key) {
  for (const json* place : places) {
    if (place->contains(key) && !(*place)[key].is_null()) return (*place)[key];
  }
  return {};
}

Result<CheckpointConfig> parse(const json& whole, const std::string& file_name) {
  CheckpointConfig config;
  JsonFields fields(whole, file_name);
  config.name = fields.text_or("name", "slava-cxr (llava_phi)");
  config.notice = fields.text_or("notice", "");
  config.image_aspect_ratio = fields.text_or("image_aspect_ratio", "");
  SLAVA_TRY_STATUS(fields.finish());
  config.views = {View::kFrontal};
  config.prompt = prompt_of(whole);

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

void locate_projector(const TensorMap& tensors, ProjectorConfig& projector) {
  projector.scope = scope_ending(tensors, "mm_projector.0.weight", "");
  int depth = 0;
  if (projector.scope.empty()) {
    projector.scope = scope_ending(tensors, "mm_projector.weight", "model");
  }
  projector.scope += ".mm_projector";
  while (tensors.contains(cat(projector.scope, ".", 2 * depth, ".weight"))) ++depth;
  std::string found;
  if (depth > 0) found = cat("mlp", depth, "x_gelu");
  if (tensors.contains(projector.scope + ".weight")) found = "linear";
  if (found.empty() || found == projector.type) return;
  log_warning(cat("config.json: mm_projector_type is \"", projector.type, "\"; the tensors are ",
                  found, ", which is used"));
  projector.type = found;
}

void locate(const TensorMap& tensors, CheckpointConfig& config) {
  config.vision_scope =
      scope_ending(tensors, "embeddings.patch_embedding.weight", "model.vision_tower.vision_model");
  locate_clip(tensors, config.vision_scope, config.vision);
  locate_projector(tensors, config.projector);
  config.decoder_scopes.model = scope_ending(tensors, "embed_tokens.weight", "model");
  const auto table = tensors.find(config.decoder_scopes.model + ".embed_tokens.weight");
  if (table != tensors.end() && table->second.dim() == 2) {
    tensors_decide(config.text, "vocab_size", table->second.size(0));
  }
}

}  // namespace

extern const Layout kLlavaPhiLayout{"llava_phi", "LlavaPhiForCausalLM", parse, locate};

}  // namespace slava
