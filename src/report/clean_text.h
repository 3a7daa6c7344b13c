// Foreign text (a model's, a file's, a manifest's) into one harmless line of UTF-8.
// Never here: escaping for a format, which is each writer's own.
#pragma once

#include <string>
#include <string_view>

#include "report/report.h"

namespace slava {

// Line breaks and other white-space controls become a space, so that no text can forge a heading
// or a line of a report. Other control characters, marks that turn the direction of the text
// around, and bytes that are not UTF-8 become U+FFFD. Cleaning twice changes nothing more.
std::string clean_text(std::string_view text);

// Every text of the report cleaned; pictures, hashes and numbers stay as they are.
Report clean_report(Report report);

}  // namespace slava
