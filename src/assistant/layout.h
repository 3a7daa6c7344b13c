// A layout: how a family of checkpoints names its configuration and its tensors. One file each; the
// table is in layout.cc.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "assistant/checkpoint_config.h"
#include "base/json_fields.h"
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
extern const Layout kTinyLlavaLayout;
extern const Layout kFormerTinyLlavaLayout;
extern const Layout kMobileVlmLayout;

// The conversation of LLaVA-Phi and of Vicuna v1, byte for byte as published, one film as
// "<image>\n", with the questions of ask_as_published().
PromptConfig vicuna_prompt();

// What checkpoints that show one film in vicuna_prompt() have in common: the keys `name` (else
// `name`), `notice` and `image_aspect_ratio` (else `aspect_ratio`).
CheckpointConfig vicuna_checkpoint(JsonFields& fields, const char* name, const char* aspect_ratio);

// The questions of SLaVA-CXR, byte for byte as published ("a impression" included), and their
// longest impression.
void ask_as_published(PromptConfig& prompt);

// "a.b" of the first tensor "a.b.c" for `ending` "c"; `otherwise` when no tensor ends so.
std::string scope_ending(const TensorMap& tensors, std::string_view ending,
                         const std::string& otherwise);

// Sets `config[key]` to what the tensors show; warns when the file said something else.
void tensors_decide(nlohmann::json& config, const char* key, int64_t found);

inline constexpr const char* kClipTower = "clip_vision_model";
inline constexpr const char* kSiglipTower = "siglip_vision_model";

// Sizes of a vision tower of this `family` whose tensors lie under `scope`, into its configuration.
void locate_tower(const TensorMap& tensors, const std::string& scope, const char* family,
                  nlohmann::json& vision);

// Where an MLP projector is, and its type, by the tensors named "`name`.0.weight",
// "`name`.2.weight" and so on, or, of a single layer, "`name`.weight".
void locate_mlp(const TensorMap& tensors, const std::string& name, ProjectorConfig& projector);

// The size of the vocabulary, by the decoder's table.
void locate_vocabulary(const TensorMap& tensors, CheckpointConfig& config);

// Number of layers "`scope`.N" that the tensors have.
int64_t layers_under(const TensorMap& tensors, const std::string& scope);

// `object[key]` if it is an object, else an empty one.
nlohmann::json object_at(const nlohmann::json& object, const char* key);

}  // namespace slava
