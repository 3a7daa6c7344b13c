#include "assistant/checkpoint_config.h"

#include "base/file.h"
#include "base/hash.h"
#include "base/json_fields.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

// A JSON file of the checkpoint; kModel, since a checkpoint is at fault and not the user's film.
Result<std::string> read_text(const std::filesystem::path& path) {
  auto text = read_file(path, size_t{1} << 24);
  if (!text) return fail(ErrorKind::kModel, text.error().message);
  return text;
}

Result<json> parse_json(const std::string& text, const std::string& file_name) {
  json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) {
    return fail(ErrorKind::kModel, cat(file_name, ": expected a JSON object"));
  }
  return parsed;
}

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
  return views;
}

}  // namespace

Result<CheckpointConfig> parse_checkpoint_config(const std::string& json_text,
                                                 const std::string& file_name) {
  CheckpointConfig config;
  SLAVA_TRY(config.whole, parse_json(json_text, file_name));
  JsonFields fields(config.whole, file_name);
  const std::string model_type = fields.text("model_type");
  config.name = fields.text_or("name", "unnamed");
  config.notice = fields.text_or("notice", "");
  config.torch_dtype = fields.text_or("torch_dtype", "float32");
  config.projector = fields.text("mm_projector_type");
  const auto view_names = fields.texts_or("views", {"frontal"});
  SLAVA_TRY_STATUS(fields.finish());
  if (model_type != "slava_cxr") {
    return fail(ErrorKind::kModel,
                cat(file_name, ": model_type is \"", model_type, "\"; expected \"slava_cxr\""));
  }
  SLAVA_TRY(config.views, parse_views(view_names, file_name));
  if (config.views.empty()) return fail(ErrorKind::kModel, cat(file_name, ": views is empty"));
  config.vision = config.whole.value("vision_config", json());
  config.text = config.whole.value("text_config", json());
  auto prompt = parse_prompt_config(config.whole.value("prompt", json()));
  if (!prompt) return fail(prompt.error().in(file_name));
  config.prompt = *std::move(prompt);
  return config;
}

Result<CheckpointConfig> load_checkpoint_config(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder)) {
    return fail(ErrorKind::kModel, cat(folder.string(),
                                       ": no such folder; expected a checkpoint with config.json, "
                                       "model.safetensors and a tokenizer"));
  }
  const auto path = folder / "config.json";
  SLAVA_TRY(const std::string text, read_text(path));
  return parse_checkpoint_config(text, path.string());
}

Result<GenerationOptions> load_generation_config(const std::filesystem::path& folder) {
  GenerationOptions options;
  const auto path = folder / "generation_config.json";
  if (!std::filesystem::exists(path)) return options;
  SLAVA_TRY(const std::string text, read_text(path));
  SLAVA_TRY(const json parsed, parse_json(text, path.string()));
  JsonFields fields(parsed, path.string());
  options.max_new_tokens =
      static_cast<int>(fields.integer_or("max_new_tokens", options.max_new_tokens, 1, 1 << 20));
  options.no_repeat_ngram = static_cast<int>(fields.integer_or("no_repeat_ngram_size", 0, 0, 1000));
  options.temperature = fields.number_or("temperature", 0);
  options.top_p = fields.number_or("top_p", 1);
  SLAVA_TRY_STATUS(fields.finish());
  return options;
}

Result<PreprocessConfig> load_preprocess_config(const std::filesystem::path& folder) {
  const auto path = folder / "preprocessor_config.json";
  SLAVA_TRY(const std::string text, read_text(path));
  return parse_preprocess_config(text, path.string());
}

Result<std::string> checkpoint_sha256(const std::filesystem::path& folder) {
  Sha256 hash;
  for (const char* name : {"config.json", "generation_config.json", "model.safetensors",
                           "preprocessor_config.json", "tokenizer.model"}) {
    const auto path = folder / name;
    if (!std::filesystem::exists(path)) continue;
    SLAVA_TRY(const std::string digest, sha256_file(path));
    hash.update(cat(name, " ", digest, "\n"));
  }
  return hash.hex();
}

}  // namespace slava
