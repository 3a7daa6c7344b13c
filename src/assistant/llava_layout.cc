// LLaVA as transformers keeps it (LlavaForConditionalGeneration): CLIP, a two-layer projector, a
// LLaMA decoder. Tensor names changed between its versions; the parts are found by their endings.
#include "assistant/layout.h"
#include "base/json_fields.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

// `image_token_index` became `image_token_id`; both default to the id behind LLaMA's vocabulary.
constexpr int64_t kDefaultImageToken = 32000;

PromptConfig llava_prompt() {
  PromptConfig prompt;
  prompt.conversation = "USER: {films}{question} ASSISTANT:";
  prompt.frontal = "<image>\n";
  prompt.lateral = "<image>\n";
  ask_as_published(prompt);
  return prompt;
}

std::vector<int64_t> end_tokens(const json& text) {
  const json end = text.value("eos_token_id", json());
  std::vector<int64_t> ids;
  for (const json& id : end.is_array() ? end : json::array({end})) {
    if (id.is_number_unsigned()) ids.push_back(id.get<int64_t>());
  }
  return ids;
}

Result<CheckpointConfig> parse(const json& whole, const std::string& file_name) {
  CheckpointConfig config;
  JsonFields fields(whole, file_name);
  config.name = fields.text_or("name", "llava");
  config.notice = fields.text_or("notice", "");
  const std::string select = fields.text_or("vision_feature_select_strategy", "default");
  const std::string act = fields.text_or("projector_hidden_act", "gelu");
  const bool bias = fields.flag_or("multimodal_projector_bias", true);
  const bool new_key = fields.has("image_token_id");
  config.image_token = fields.integer_or(new_key ? "image_token_id" : "image_token_index",
                                         kDefaultImageToken, 0, 1 << 24);
  SLAVA_TRY_STATUS(fields.finish());
  if (act != "gelu") {
    return fail(ErrorKind::kModel,
                cat(file_name, ": projector_hidden_act is \"", act, "\"; expected gelu"));
  }
  config.views = {View::kFrontal};
  config.prompt = llava_prompt();
  config.adds_begin_token = true;

  config.vision = whole.value("vision_config", json::object());
  const json clip = "clip_vision_model";
  if (!config.vision.is_object() || config.vision.value("model_type", clip) != clip) {
    return fail(ErrorKind::kModel, cat(file_name, ": vision_config.model_type is not ", clip.dump(),
                                       ", the only vision encoder that is known in this layout"));
  }
  const json layers = whole.value("vision_feature_layer", json(-2));
  config.vision["feature_layers"] = layers;
  config.vision["feature_select"] = select;

  config.projector.type = "mlp2x_gelu";
  config.projector.layers = {"linear_1", "linear_2"};
  config.projector.bias = bias ? Bias::kOne : Bias::kNone;

  config.text = whole.value("text_config", json::object());
  if (!config.text.is_object()) {
    return fail(ErrorKind::kModel, cat(file_name, ": text_config is no JSON object"));
  }
  if (!config.text.contains("model_type")) config.text["model_type"] = "llama";
  config.end_tokens = end_tokens(config.text);
  return config;
}

// The head may be kept, or be the embedding; versions differ in which flag says so.
void decide_tying(const TensorMap& tensors, CheckpointConfig& config) {
  const bool text_says = config.text.value("tie_word_embeddings", json()) == true;
  const json outer = config.whole.value("tie_word_embeddings", json());
  const bool head_kept = tensors.contains(config.decoder_scopes.head + ".weight");
  config.text["tie_word_embeddings"] =
      head_kept && outer.is_boolean() ? outer.get<bool>() : text_says || outer == true;
}

void locate(const TensorMap& tensors, CheckpointConfig& config) {
  config.vision_scope =
      scope_ending(tensors, "embeddings.patch_embedding.weight", "model.vision_tower.vision_model");
  locate_tower(tensors, config.vision_scope, kClipTower, config.vision);
  config.projector.scope = scope_ending(tensors, "linear_1.weight", "model.multi_modal_projector");
  config.decoder_scopes.model =
      scope_ending(tensors, "embed_tokens.weight", "model.language_model");
  const std::string nested_head = scope_ending(tensors, "lm_head.weight", "");
  config.decoder_scopes.head = nested_head.empty() ? "lm_head" : nested_head + ".lm_head";
  decide_tying(tensors, config);
}

}  // namespace

extern const Layout kLlavaLayout{"llava", "LlavaForConditionalGeneration", parse, locate};

}  // namespace slava
