// One JSON object, a study's row of any known form, into a ReportRow.
// Never here: files.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "evaluate/report_set.h"

namespace slava {

// A report's text, or a line of JSONL. More is no report.
inline constexpr size_t kMaxReportBytes = size_t{16} << 20;

// `where` is said first in errors and kept in the row. Ids: study_id, question_id or id. Text:
// findings and impression (strings, or report.json's lists of {"text"}), or report or text.
Result<ReportRow> row_of_json(const nlohmann::json& object, const std::string& where);

// Parses text that is checked to be UTF-8. kInput, "where: ...".
Result<nlohmann::json> parse_json(std::string_view text, const std::string& where);

}  // namespace slava
