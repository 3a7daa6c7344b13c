// The files of src/writers that are part of the program, as text. Their contents come from CMake
// (embed.cmake).
#pragma once

#include <string_view>

namespace slava {

extern const std::string_view kTextTemplate;  // templates/report.txt.mustache
extern const std::string_view kHtmlTemplate;  // templates/report.html.mustache
extern const std::string_view kHtmlStyle;     // templates/report.css
extern const std::string_view kReportSchema;  // report.schema.json

}  // namespace slava
