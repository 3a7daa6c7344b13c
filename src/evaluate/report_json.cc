#include "evaluate/report_json.h"

#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "base/utf8.h"
#include "report/clean_text.h"

namespace slava {
namespace {

using Json = nlohmann::json;

const Json* find_first(const Json& object, const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const auto found = object.find(name);
    if (found != object.end()) return &*found;
  }
  return nullptr;
}

// A string, or a list whose elements are strings or {"text": string}.
Result<std::string> text_of_value(const Json& value, const std::string& what) {
  if (value.is_null()) return std::string();
  if (value.is_string()) return value.get<std::string>();
  std::string text;
  if (value.is_array()) {
    for (const Json& element : value) {
      const Json* sentence = &element;
      if (element.is_object() && element.contains("text")) sentence = &element["text"];
      if (!sentence->is_string()) break;
      if (!text.empty()) text += ' ';
      text += sentence->get<std::string>();
      if (&element == &value.back()) return text;
    }
    if (value.empty()) return text;
  }
  return fail(ErrorKind::kInput, cat(what, " is ", value.type_name(),
                                     "; expected text, or a list of sentences as in report.json"));
}

Result<std::string> id_of(const Json& object, const std::string& where) {
  const Json* id = find_first(object, {"study_id", "question_id", "id"});
  if (id == nullptr) {
    return fail(ErrorKind::kInput,
                where + ": no study_id, question_id or id; each report needs its study's");
  }
  if (id->is_number_integer()) return id->dump();
  if (id->is_string() && !trim(id->get_ref<const std::string&>()).empty()) {
    return std::string(trim(id->get_ref<const std::string&>()));
  }
  return fail(ErrorKind::kInput, where + ": the study's id is empty or neither text nor number");
}

}  // namespace

Result<ReportRow> row_of_json(const Json& object, const std::string& where) {
  if (!object.is_object()) {
    return fail(ErrorKind::kInput, cat(where, ": expected an object, found ", object.type_name()));
  }
  ReportRow row;
  row.where = where;
  SLAVA_TRY(row.id, id_of(object, where));
  const auto read = [&](const std::string& name, std::string& to) -> Status {
    const auto found = object.find(name);
    if (found == object.end()) return {};
    SLAVA_TRY(to, text_of_value(*found, where + ": " + name));
    return {};
  };
  row.has_sections = object.contains("findings") || object.contains("impression");
  if (row.has_sections) {
    SLAVA_TRY_STATUS(read("findings", row.findings));
    SLAVA_TRY_STATUS(read("impression", row.impression));
  } else if (object.contains("report") || object.contains("text")) {
    SLAVA_TRY_STATUS(read(object.contains("report") ? "report" : "text", row.whole));
  } else {
    return fail(ErrorKind::kInput,
                where + ": no findings, impression, report or text; nothing to compare");
  }
  const size_t bytes = row.findings.size() + row.impression.size() + row.whole.size();
  if (bytes > kMaxReportBytes) {
    return fail(ErrorKind::kInput,
                cat(where, ": a report of ", bytes >> 20, " MiB; expected 16 MiB at most"));
  }
  SLAVA_TRY_STATUS(read("split", row.split));
  const auto provenance = object.find("provenance");
  if (provenance != object.end() && provenance->is_object()) row.provenance = provenance->dump();
  return row;
}

Result<Json> parse_json(std::string_view text, const std::string& where) {
  if (!is_utf8(text)) {
    return fail(ErrorKind::kInput, where + ": not UTF-8; convert the file, for example with iconv");
  }
  try {
    return Json::parse(text);
  } catch (const Json::exception& problem) {
    // A text without line breaks has no line 1 to speak of: `where` tells the line.
    const std::string what = replace_all(problem.what(), "at line 1, column", "at column");
    // Without the library's own "[json.exception.parse_error.101] ".
    const size_t end = what.find("] ");
    return fail(ErrorKind::kInput,
                cat(where, ": not JSON: ", end == std::string::npos ? what : what.substr(end + 2)));
  }
}

}  // namespace slava
