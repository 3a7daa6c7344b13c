#include "assistant/layout.h"

#include <cmath>

#include "base/log.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

constexpr const Layout* kLayouts[] = {&kStarterLayout,         &kLlavaPhiLayout,
                                      &kLlavaLayout,           &kTinyLlavaLayout,
                                      &kFormerTinyLlavaLayout, &kMobileVlmLayout};

bool matches(const Layout& layout, const json& config) {
  if (config.value("model_type", json()) == layout.model_type) return true;
  const json architectures = config.value("architectures", json());
  if (!architectures.is_array()) return false;
  for (const json& name : architectures) {
    if (name == layout.architecture) return true;
  }
  return false;
}

// Side `axis` of the tensor `name`, 0 when there is none.
int64_t side(const TensorMap& tensors, const std::string& name, size_t axis) {
  const auto found = tensors.find(name);
  if (found == tensors.end()) return 0;
  const auto sizes = found->second.sizes();
  return axis < sizes.size() ? sizes[axis] : 0;
}

}  // namespace

Result<const Layout*> layout_of(const json& config, const std::string& file_name) {
  std::vector<std::string> known;
  for (const Layout* layout : kLayouts) {
    if (matches(*layout, config)) return layout;
    known.push_back(layout->model_type);
  }
  return fail(ErrorKind::kModel,
              cat(file_name, ": model_type is ", config.value("model_type", json()).dump(),
                  "; expected one of: ", join(known, ", ")));
}

PromptConfig vicuna_prompt() {
  PromptConfig prompt;
  prompt.conversation =
      "A chat between a curious user and an artificial intelligence assistant. The assistant gives "
      "helpful, detailed, and polite answers to the user's questions. USER: {films}{question} "
      "ASSISTANT:";
  prompt.frontal = prompt.lateral = "<image>\n";
  ask_as_published(prompt);
  return prompt;
}

CheckpointConfig vicuna_checkpoint(JsonFields& fields, const char* name, const char* aspect_ratio) {
  CheckpointConfig config;
  config.name = fields.text_or("name", name);
  config.notice = fields.text_or("notice", "");
  config.image_aspect_ratio = fields.text_or("image_aspect_ratio", aspect_ratio);
  config.views = {View::kFrontal};
  config.prompt = vicuna_prompt();
  return config;
}

void ask_as_published(PromptConfig& prompt) {
  prompt.question = "Write a findings report of this image:";
  prompt.impression_question =
      "Write a impression summary of this image and the findings report. \n##Findings: {findings} "
      "\n##Impression:";
  prompt.impression_max_new_tokens = 256;
}

std::string scope_ending(const TensorMap& tensors, std::string_view ending,
                         const std::string& otherwise) {
  for (const auto& [name, tensor] : tensors) {
    if (name.size() > ending.size() + 1 && name.ends_with(ending) &&
        name[name.size() - ending.size() - 1] == '.') {
      return name.substr(0, name.size() - ending.size() - 1);
    }
  }
  return otherwise;
}

void tensors_decide(json& config, const char* key, int64_t found) {
  if (found <= 0) return;
  const json said = config.value(key, json());
  if (said == found) return;
  if (!said.is_null()) {
    log_warning(cat("config.json: ", key, " is ", said.dump(), "; the tensors have ", found,
                    ", which is used"));
  }
  config[key] = found;
}

json object_at(const json& object, const char* key) {
  const json found = object.is_object() ? object.value(key, json()) : json();
  return found.is_object() ? found : json::object();
}

void locate_vocabulary(const TensorMap& tensors, CheckpointConfig& config) {
  tensors_decide(config.text, "vocab_size",
                 side(tensors, config.decoder_scopes.model + ".embed_tokens.weight", 0));
}

int64_t layers_under(const TensorMap& tensors, const std::string& scope) {
  const auto has = [&](int64_t layer) {
    const std::string prefix = cat(scope, ".", layer, ".");
    const auto next = tensors.lower_bound(prefix);
    return next != tensors.end() && next->first.starts_with(prefix);
  };
  int64_t layers = 0;
  while (has(layers)) ++layers;
  return layers;
}

void locate_mlp(const TensorMap& tensors, const std::string& name, ProjectorConfig& projector) {
  projector.scope = scope_ending(tensors, name + ".0.weight", "");
  int depth = 0;
  if (projector.scope.empty()) projector.scope = scope_ending(tensors, name + ".weight", "model");
  projector.scope += "." + name;
  while (tensors.contains(cat(projector.scope, ".", 2 * depth, ".weight"))) ++depth;
  std::string found;
  if (depth > 0) found = cat("mlp", depth, "x_gelu");
  if (tensors.contains(projector.scope + ".weight")) found = "linear";
  if (found.empty() || found == projector.type) return;
  log_warning(cat("config.json: the projector is \"", projector.type, "\"; the tensors are ", found,
                  ", which is used"));
  projector.type = found;
}

void locate_tower(const TensorMap& tensors, const std::string& scope, const char* family,
                  json& vision) {
  if (!vision.is_object()) vision = json::object();
  vision["model_type"] = family;
  const std::string embeddings = scope + ".embeddings.";
  const int64_t width = side(tensors, embeddings + "patch_embedding.weight", 0);
  const int64_t patch = side(tensors, embeddings + "patch_embedding.weight", 3);
  const int64_t positions = side(tensors, embeddings + "position_embedding.weight", 0);
  tensors_decide(vision, "hidden_size", width);
  tensors_decide(vision, "patch_size", patch);
  tensors_decide(vision, "intermediate_size",
                 side(tensors, scope + ".encoder.layers.0.mlp.fc1.weight", 0));
  const int64_t patches = positions - (std::string_view(family) == kClipTower ? 1 : 0);
  if (patches > 0 && patch > 0) {
    const auto grid = static_cast<int64_t>(std::lround(std::sqrt(patches)));
    // A picture's side need not be a multiple of the patch: only a wrong grid contradicts.
    const json said = vision.value("image_size", json());
    const bool fits = said.is_number_integer() && said.get<int64_t>() / patch == grid;
    if (!fits && grid * grid == patches) tensors_decide(vision, "image_size", grid * patch);
  }
  // Written out where CLIPVisionConfig and SiglipVisionConfig have a default and the file leaves it
  // to that.
  if (!vision.contains("num_hidden_layers")) vision["num_hidden_layers"] = 12;
  if (!vision.contains("num_attention_heads")) vision["num_attention_heads"] = 12;
}

}  // namespace slava
