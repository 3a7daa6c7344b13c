// A report as JSON by report.schema.json; only `timing`, its last key, changes between equal runs.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "writers/writer.h"

namespace slava {

Result<std::string> write_json(const Report& report, const WriterOptions& options);

// The report's `gate`, which records of refused studies have too.
nlohmann::ordered_json gate_json(const std::vector<GateNote>& notes);

}  // namespace slava
