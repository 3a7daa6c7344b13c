// The JSON files of a checkpoint folder: which parts the model has and how it is asked.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "assistant/prompt.h"
#include "base/result.h"
#include "decoder/generation_options.h"
#include "preprocess/preprocess.h"
#include "study/study.h"

namespace slava {

struct CheckpointConfig {
  std::string name;         // `name`
  std::string notice;       // `notice`: printed on every report
  std::string torch_dtype;  // `torch_dtype`: number type of the stored weights
  std::string projector;    // `mm_projector_type`
  std::vector<View> views;  // `views`: films that the decoder was trained to see
  PromptConfig prompt;      // `prompt`
  nlohmann::json vision;    // `vision_config`
  nlohmann::json text;      // `text_config`
  nlohmann::json whole;     // the file as it is
};

// kModel with every problem of the file in one message.
Result<CheckpointConfig> parse_checkpoint_config(const std::string& json_text,
                                                 const std::string& file_name);
Result<CheckpointConfig> load_checkpoint_config(const std::filesystem::path& folder);

// generation_config.json: max_new_tokens, no_repeat_ngram_size, temperature, top_p. A missing file
// means the defaults of GenerationOptions.
Result<GenerationOptions> load_generation_config(const std::filesystem::path& folder);

// preprocessor_config.json.
Result<PreprocessConfig> load_preprocess_config(const std::filesystem::path& folder);

// SHA-256 over names and contents of every file that changes what the checkpoint writes.
Result<std::string> checkpoint_sha256(const std::filesystem::path& folder);

}  // namespace slava
