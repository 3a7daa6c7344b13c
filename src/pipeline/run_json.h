// What run.json says of a run: every resolved setting, and at the end the counts.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "pipeline/batch.h"

namespace slava {

struct RunFacts {
  const Reader& reader;
  const BatchOptions& options;
  std::string started;               // utc_now() at the beginning
  std::string settings_fingerprint;  // study_record.h
  size_t studies = 0;
  size_t ignored_files = 0;
  std::optional<BatchSummary> summary{};  // when the run has ended
};

nlohmann::ordered_json run_json(const RunFacts& facts);

}  // namespace slava
