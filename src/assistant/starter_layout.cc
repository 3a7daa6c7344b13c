// The project's own layout (models/starter): config.json says everything, tensors are named as in
// LLaVA-Phi.
#include "assistant/layout.h"
#include "base/json_fields.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

Result<std::vector<View>> parse_views(const std::vector<std::string>& names,
                                      const std::string& file_name) {
  std::vector<View> views;
  for (const std::string& name : names) {
    if (name == to_string(View::kFrontal)) {
      views.push_back(View::kFrontal);
    } else if (name == to_string(View::kLateral)) {
      views.push_back(View::kLateral);
    } else {
      return fail(ErrorKind::kModel,
                  cat(file_name, ": views holds \"", name, "\"; expected frontal or lateral"));
    }
  }
  if (views.empty()) return fail(ErrorKind::kModel, cat(file_name, ": views is empty"));
  return views;
}

Result<CheckpointConfig> parse(const json& whole, const std::string& file_name) {
  CheckpointConfig config;
  JsonFields fields(whole, file_name);
  config.name = fields.text_or("name", "unnamed");
  config.notice = fields.text_or("notice", "");
  config.projector.type = fields.text("mm_projector_type");
  const auto view_names = fields.texts_or("views", {"frontal"});
  SLAVA_TRY_STATUS(fields.finish());
  SLAVA_TRY(config.views, parse_views(view_names, file_name));
  config.vision = whole.value("vision_config", json());
  config.text = whole.value("text_config", json());
  auto prompt = parse_prompt_config(whole.value("prompt", json()));
  if (!prompt) return fail(prompt.error().in(file_name));
  config.prompt = *std::move(prompt);
  if (whole.contains("recognition")) {
    auto recognition = parse_recognition_config(whole["recognition"]);
    if (!recognition) return fail(recognition.error().in(file_name));
    config.recognition = *std::move(recognition);
  }
  return config;
}

void locate(const TensorMap&, CheckpointConfig&) {}

}  // namespace

extern const Layout kStarterLayout{"slava_cxr", "SlavaCxr", parse, locate};

}  // namespace slava
