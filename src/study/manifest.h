// A manifest file, CSV or JSON Lines with a row per film, or JSON Lines with a row per study, into
// rows; opens no film.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "study/projection.h"

namespace slava {

struct ManifestRow {
  size_t line = 0;
  std::string study_id;         // folder-safe as written
  std::filesystem::path image;  // absolute, or relative to the manifest's folder, resolved
  std::optional<Projection> projection;
  std::string indication;
  std::string comparison;
};

// Columns (or keys) study_id and image are required, view, indication and comparison may be left
// out. ".jsonl" and ".ndjson" are JSON Lines, anything else is CSV with a header row. A JSON line
// with `images`, a list of {"file", "view"}, is a whole study as data sets list them: study_id,
// indication and comparison are read, its reports, labels and other keys are not. kInput names file
// and line: unknown or missing columns, a study_id that is no folder name, a view not known,
// rows of one study that contradict each other.
Result<std::vector<ManifestRow>> read_manifest(const std::filesystem::path& path);

// The same of a manifest's text; `path` tells the format, the folder, and the name for messages.
Result<std::vector<ManifestRow>> parse_manifest(const std::string& text,
                                                const std::filesystem::path& path);

}  // namespace slava
