// The gate before the model by a command's flags and the checkpoint's config. Never here: looking
// at films.
#pragma once

#include <CLI/CLI.hpp>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "gate/gate_options.h"

namespace slava {

// --gate REASON=ACTION, as often as wanted.
struct GateFlags {
  std::vector<std::string> gate;

  void declare(CLI::App& app);
  // kUsage for a reason or an action that is not known.
  Result<GateOptions> options() const;
};

// "patient_age_years": [from, to] of the config.json in `model`, null for an open end; without the
// key an open range. kModel for anything else.
Result<AgeRange> age_range_of_checkpoint(const std::filesystem::path& model);

// The table of reasons with their default actions, for --help.
std::string gate_table();

}  // namespace slava
