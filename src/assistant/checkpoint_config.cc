#include "assistant/checkpoint_config.h"

#include <algorithm>

#include "assistant/layout.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/json_fields.h"
#include "base/strings.h"
#include "nn/weight_files.h"
#include "preprocess/hf_preprocess_config.h"

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

// `eos_token_id`: one id, a list of them, or null.
Result<std::vector<int64_t>> parse_end_tokens(const json& value, const std::string& file_name) {
  std::vector<int64_t> ids;
  if (value.is_null()) return ids;
  for (const json& id : value.is_array() ? value : json::array({value})) {
    if (!id.is_number_unsigned() || id.get<uint64_t>() > (uint64_t{1} << 24)) {
      return fail(ErrorKind::kModel, cat(file_name, ": eos_token_id is ", value.dump(),
                                         "; expected a token id or a list of them"));
    }
    ids.push_back(id.get<int64_t>());
  }
  return ids;
}

}  // namespace

Result<CheckpointConfig> parse_checkpoint_config(const std::string& json_text,
                                                 const std::string& file_name) {
  SLAVA_TRY(json whole, parse_json(json_text, file_name));
  SLAVA_TRY(const Layout* layout, layout_of(whole, file_name));
  SLAVA_TRY(CheckpointConfig config, layout->parse(whole, file_name));
  config.layout = layout->model_type;
  config.whole = std::move(whole);
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

Result<GenerationConfig> load_generation_config(const std::filesystem::path& folder,
                                                const CheckpointConfig& config) {
  GenerationConfig generation;
  GenerationOptions& options = generation.options;
  // The published layouts' own scripts allow this much.
  const bool ours = config.layout == kStarterLayout.model_type;
  if (!ours) options.max_new_tokens = 512;
  const auto path = folder / "generation_config.json";
  if (!std::filesystem::exists(path)) return generation;
  SLAVA_TRY(const std::string text, read_text(path));
  SLAVA_TRY(const json parsed, parse_json(text, path.string()));
  JsonFields fields(parsed, path.string());
  options.max_new_tokens =
      static_cast<int>(fields.integer_or("max_new_tokens", options.max_new_tokens, 1, 1 << 20));
  options.no_repeat_ngram = static_cast<int>(fields.integer_or("no_repeat_ngram_size", 0, 0, 1000));
  options.temperature = fields.number_or("temperature", 0);
  options.top_p = fields.number_or("top_p", 1);
  // In Hugging Face's files temperature and top_p count only where do_sample is true.
  if (!fields.flag_or("do_sample", ours)) options.temperature = 0;
  SLAVA_TRY_STATUS(fields.finish());
  SLAVA_TRY(generation.end_tokens,
            parse_end_tokens(parsed.value("eos_token_id", json()), path.string()));
  return generation;
}

Result<PreprocessConfig> load_preprocess_config(const std::filesystem::path& folder,
                                                const CheckpointConfig& config) {
  const auto path = folder / "preprocessor_config.json";
  if (config.layout == kStarterLayout.model_type) {
    SLAVA_TRY(const std::string text, read_text(path));
    return parse_preprocess_config(text, path.string());
  }
  if (!std::filesystem::exists(path)) {
    const json size = config.vision.value("image_size", json());
    if (!size.is_number_integer()) {
      return fail(ErrorKind::kModel,
                  cat(path.string(), ": missing, and config.json has no image_size"));
    }
    const bool is_siglip = config.vision.value("model_type", json()) == kSiglipTower;
    return tower_preprocess_config(is_siglip ? Tower::kSiglip : Tower::kClip, size.get<int>(),
                                   config.image_aspect_ratio);
  }
  SLAVA_TRY(const std::string text, read_text(path));
  return parse_hf_preprocess_config(text, path.string(), config.image_aspect_ratio);
}

Result<std::string> checkpoint_sha256(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const char* name :
       {"added_tokens.json", "config.json", "generation_config.json", "merges.txt",
        "preprocessor_config.json", "special_tokens_map.json", "tokenizer.json", "tokenizer.model",
        "tokenizer_config.json", "vocab.json"}) {
    if (std::filesystem::exists(folder / name)) files.push_back(folder / name);
  }
  if (const auto weights = weight_files(folder)) {
    files.insert(files.end(), weights->begin(), weights->end());
  }
  std::ranges::sort(files);
  Sha256 hash;
  for (const auto& path : files) {
    SLAVA_TRY(const std::string digest, sha256_file(path));
    hash.update(cat(path.filename().string(), " ", digest, "\n"));
  }
  return hash.hex();
}

}  // namespace slava
