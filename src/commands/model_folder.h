// Which checkpoint a command uses: the user's word, the environment, or the starter beside the
// program. Never here: loading it.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "assistant/assistant.h"
#include "base/result.h"

namespace slava {

// Folders where the starter may be, seen from the folder of the executable.
std::vector<std::filesystem::path> starter_places(const std::filesystem::path& executable_folder);

// `flag` if not empty, else $SLAVA_MODEL, else the first of the starter places that has a
// config.json. kModel names every place that was looked at.
Result<std::filesystem::path> find_model(const std::string& flag);

// --model, --adapter, --device, --dtype, --kv-dtype, --threads, --batch, --max-memory, --preset:
// where and how a model runs.
struct ModelFlags {
  std::string model;
  std::string adapter;
  std::string device = "auto";
  std::string dtype = "auto";
  std::string kv_dtype = "auto";
  int threads = 0;
  bool no_guesses = false;
  int batch = 0;
  double max_memory_gb = 0;
  std::string preset;

  void declare(CLI::App& app);
  AssistantOptions options() const;
};

}  // namespace slava
