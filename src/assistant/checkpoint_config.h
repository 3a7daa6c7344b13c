// The JSON files of a checkpoint folder: which parts the model has and how it is asked, whatever
// the layout that it is published in. The layouts themselves are in layouts/, one file each.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "assistant/prompt.h"
#include "base/result.h"
#include "decoder/decoder.h"
#include "decoder/generation_options.h"
#include "preprocess/preprocess.h"
#include "projector/projector.h"
#include "recognition/recognition.h"
#include "study/study.h"

namespace slava {

struct CheckpointConfig {
  std::string layout;       // `model_type`: "slava_cxr", "llava_phi", ... (layout.h)
  std::string name;         // what reports call it
  std::string notice;       // printed on every report
  std::vector<View> views;  // films that the decoder was trained to see
  PromptConfig prompt;
  // What the recognition head tells and when; none: the checkpoint has no such head.
  std::optional<RecognitionConfig> recognition;
  nlohmann::json whole;  // config.json as it is

  // The parts, each with the place of its tensors.
  nlohmann::json vision;  // of make_vision_encoder
  std::string vision_scope = "model.vision_tower";
  ProjectorConfig projector;
  nlohmann::json text;  // of make_decoder
  DecoderScopes decoder_scopes;

  // Pictures: LLaVA's `image_aspect_ratio`, "" when the file has none.
  std::string image_aspect_ratio;

  // Tokens. Without `image_token` the prompt is cut at <image> and the pieces are encoded apart;
  // with it the whole text is encoded and the films take this id's places.
  std::optional<int64_t> image_token;
  bool adds_begin_token = false;    // the prompt begins with the tokenizer's begin token
  std::vector<int64_t> end_tokens;  // empty: the tokenizer's own
};

// kModel with every problem of the file in one message.
Result<CheckpointConfig> parse_checkpoint_config(const std::string& json_text,
                                                 const std::string& file_name);
Result<CheckpointConfig> load_checkpoint_config(const std::filesystem::path& folder);

// How a checkpoint continues its prompt, from generation_config.json; defaults where it is missing.
struct GenerationConfig {
  GenerationOptions options;
  std::vector<int64_t> end_tokens;  // `eos_token_id`; empty: the file has none
};
Result<GenerationConfig> load_generation_config(const std::filesystem::path& folder,
                                                const CheckpointConfig& config);

// preprocessor_config.json, in our form or Hugging Face's; CLIP's defaults for a layout whose
// published files may lack it.
Result<PreprocessConfig> load_preprocess_config(const std::filesystem::path& folder,
                                                const CheckpointConfig& config);

// SHA-256 over names and contents of every file that changes what the checkpoint writes.
Result<std::string> checkpoint_sha256(const std::filesystem::path& folder);

}  // namespace slava
