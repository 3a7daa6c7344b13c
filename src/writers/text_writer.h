// A report as plain text: the draft banner, the checkpoint's notice, then a Mustache template, the
// built-in one or a site's. Never here: HTML escaping.
#pragma once

#include <string>

#include "writers/writer.h"

namespace slava {

Result<std::string> write_text(const Report& report, const WriterOptions& options);

}  // namespace slava
