// A checkpoint folder read, checked and joined, before anybody asks it anything.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "assistant/assistant.h"
#include "assistant/checkpoint_config.h"
#include "assistant/model.h"
#include "assistant/prompt.h"
#include "tokenizer/tokenizer.h"

namespace slava {

// A checkpoint's parts, checked against each other and ready to run.
struct LoadedCheckpoint {
  AssistantInfo info;
  CheckpointConfig config;
  Model model;
  std::unique_ptr<Tokenizer> tokenizer;
  PromptTokens prompt_tokens;
  std::vector<int64_t> end_tokens;
  at::Device device = at::kCPU;
  at::ScalarType dtype = at::kFloat;
  LinearNumbers linears = LinearNumbers::kAsAll;
  ParameterSizes sizes;  // of the parameters that are computed with
  InputRanges ranges;    // with LoadWay::observe_inputs
};

struct LoadWay {
  // Where the weights go; none: the device of the options. at::kMeta: the checks without the
  // memory.
  std::optional<at::Device> place = std::nullopt;
  bool observe_inputs = false;  // of the linear layers but the recognition head's
};

// What --dtype calls it.
std::string arithmetic_name(LinearNumbers linears, at::ScalarType dtype);

// What the decoder keeps of each token (AssistantOptions::kv_dtype), and how the info tells it.
// kUsage where it cannot be done.
Status keep_caches_in(NumberType wish, LoadedCheckpoint& loaded);

// kModel with everything that does not fit.
Result<LoadedCheckpoint> load_checkpoint(const std::filesystem::path& folder,
                                         const AssistantOptions& options, const LoadWay& way = {});

// Old files keep tables that are computed, not learnt: out of the map with them.
void drop_computed_tables(TensorMap& tensors);

// How the checkpoint's prompts become tokens.
PromptTokens prompt_tokens_of(const CheckpointConfig& config, const Tokenizer& tokenizer);

}  // namespace slava
