#include "assistant/layout.h"

#include <cmath>

#include "base/log.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

constexpr const Layout* kLayouts[] = {&kStarterLayout, &kLlavaPhiLayout, &kLlavaLayout};

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

void locate_clip(const TensorMap& tensors, const std::string& scope, json& vision) {
  if (!vision.is_object()) vision = json::object();
  vision["model_type"] = "clip_vision_model";
  const std::string embeddings = scope + ".embeddings.";
  const int64_t width = side(tensors, embeddings + "patch_embedding.weight", 0);
  const int64_t patch = side(tensors, embeddings + "patch_embedding.weight", 3);
  const int64_t positions = side(tensors, embeddings + "position_embedding.weight", 0);
  tensors_decide(vision, "hidden_size", width);
  tensors_decide(vision, "patch_size", patch);
  tensors_decide(vision, "intermediate_size",
                 side(tensors, scope + ".encoder.layers.0.mlp.fc1.weight", 0));
  if (positions > 1 && patch > 0) {
    const auto grid = static_cast<int64_t>(std::lround(std::sqrt(positions - 1)));
    // A picture's side need not be a multiple of the patch: only a wrong grid contradicts.
    const json said = vision.value("image_size", json());
    const bool fits = said.is_number_integer() && said.get<int64_t>() / patch == grid;
    if (!fits && grid * grid == positions - 1) tensors_decide(vision, "image_size", grid * patch);
  }
  // Written out where CLIPVisionConfig has a default and the file leaves it to that.
  if (!vision.contains("num_hidden_layers")) vision["num_hidden_layers"] = 12;
  if (!vision.contains("num_attention_heads")) vision["num_attention_heads"] = 12;
}

}  // namespace slava
