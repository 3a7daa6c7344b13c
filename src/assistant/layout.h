// A layout: how a family of checkpoints names its configuration and its tensors. One file each; the
// table is in layout.cc.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "assistant/checkpoint_config.h"
#include "base/result.h"
#include "nn/parameters.h"

namespace slava {

struct Layout {
  const char* model_type;    // config.json `model_type`
  const char* architecture;  // config.json `architectures`, where model_type says something else
  // What config.json tells. The message of an error begins with `file_name`.
  Result<CheckpointConfig> (*parse)(const nlohmann::json& config, const std::string& file_name);
  // What the tensors tell: where the parts are and how large. Where they contradict config.json
  // they win, with a warning in the log.
  void (*locate)(const TensorMap& tensors, CheckpointConfig& config);
};

// kModel lists the layouts when config.json is of none.
Result<const Layout*> layout_of(const nlohmann::json& config, const std::string& file_name);

// The layouts, one a file.
extern const Layout kStarterLayout;
extern const Layout kLlavaPhiLayout;
extern const Layout kLlavaLayout;

// The questions of SLaVA-CXR, byte for byte as published ("a impression" included), and their
// longest impression.
void ask_as_published(PromptConfig& prompt);

// "a.b" of the first tensor "a.b.c" for `ending` "c"; `otherwise` when no tensor ends so.
std::string scope_ending(const TensorMap& tensors, std::string_view ending,
                         const std::string& otherwise);

// Sets `config[key]` to what the tensors show; warns when the file said something else.
void tensors_decide(nlohmann::json& config, const char* key, int64_t found);

// Sizes of a CLIP vision tower whose tensors lie under `scope`, into its configuration.
void locate_clip(const TensorMap& tensors, const std::string& scope, nlohmann::json& vision);

}  // namespace slava
