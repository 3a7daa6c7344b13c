// A report as one page that needs nothing else: pictures inside, no script, nothing loaded.
#pragma once

#include <string>

#include "writers/writer.h"

namespace slava {

Result<std::string> write_html(const Report& report, const WriterOptions& options);

}  // namespace slava
