// A report as JSON by report.schema.json; only `timing`, its last key, changes between equal runs.
#pragma once

#include <string>

#include "writers/writer.h"

namespace slava {

Result<std::string> write_json(const Report& report, const WriterOptions& options);

}  // namespace slava
