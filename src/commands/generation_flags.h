// Flags that decide how text is written, over the checkpoint's own settings.
#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <optional>

#include "decoder/generation_options.h"

namespace slava {

struct GenerationFlags {
  std::optional<int> max_new_tokens;
  std::optional<int> no_repeat_ngram;
  std::optional<double> temperature;
  std::optional<double> top_p;
  std::optional<uint64_t> seed;

  void declare(CLI::App& app);
  GenerationOptions over(const GenerationOptions& of_checkpoint) const;
};

}  // namespace slava
