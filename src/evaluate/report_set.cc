#include "evaluate/report_set.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/csv.h"
#include "base/file.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "evaluate/report_json.h"
#include "report/clean_text.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

std::string at_line(const fs::path& path, size_t line) {
  return cat(path.filename().string(), ":", line);
}

Result<ReportSet> read_jsonl(const fs::path& path, const std::string& text) {
  ReportSet set{"JSONL", {}};
  std::string_view rest = text;
  for (size_t line = 1; !rest.empty(); ++line) {
    const size_t end = rest.find('\n');
    const std::string_view content = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    const std::string where = at_line(path, line);
    if (content.size() > kMaxReportBytes) {
      return fail(ErrorKind::kInput, cat(where, ": a line of ", content.size() >> 20,
                                         " MiB; expected one report a line, 16 MiB at most"));
    }
    if (trim(content).empty()) continue;
    SLAVA_TRY(const Json object, parse_json(content, where));
    if (object.is_object() && object.contains("question_id")) set.form = "answers";
    SLAVA_TRY(ReportRow row, row_of_json(object, where));
    set.rows.push_back(std::move(row));
  }
  return set;
}

Result<ReportSet> read_csv(const fs::path& path, const std::string& text) {
  const std::string name = path.filename().string();
  if (!is_utf8(text)) {
    const std::string_view bytes = text;
    size_t line = 1;
    for (size_t begin = 0; begin < bytes.size(); ++line) {
      const size_t end = std::min(bytes.find('\n', begin), bytes.size());
      if (!is_utf8(bytes.substr(begin, end - begin))) break;
      begin = end + 1;
    }
    return fail(ErrorKind::kInput,
                at_line(path, line) + ": not UTF-8; convert the file, for example with iconv");
  }
  auto rows = parse_csv(text);
  if (!rows) return fail(rows.error().in(name));
  ReportSet set{"CSV", {}};
  if (rows->empty()) return set;
  const CsvRow header = rows->front();
  for (auto row = rows->begin() + 1; row != rows->end(); ++row) {
    const std::string where = at_line(path, row->line);
    if (row->fields.size() != header.fields.size()) {
      return fail(ErrorKind::kInput, cat(where, ": ", row->fields.size(),
                                         " fields; the header has ", header.fields.size()));
    }
    Json object = Json::object();
    for (size_t i = 0; i < header.fields.size(); ++i) {
      object[std::string(trim(header.fields[i]))] = row->fields[i];
    }
    SLAVA_TRY(ReportRow read, row_of_json(object, where));
    set.rows.push_back(std::move(read));
  }
  return set;
}

Result<ReportSet> read_folder(const fs::path& path) {
  ReportSet set{"report folder", {}};
  std::vector<fs::path> files;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(path, error)) {
    std::error_code ignored;
    if (fs::is_regular_file(entry.path() / "report.json", ignored)) {
      files.push_back(entry.path() / "report.json");
    }
  }
  if (error) return fail(ErrorKind::kInput, cat(path.string(), ": ", error.message()));
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) {
    SLAVA_TRY(const std::string text, read_file(file));
    const std::string where = (file.parent_path().filename() / "report.json").string();
    SLAVA_TRY(const Json object, parse_json(text, where));
    SLAVA_TRY(ReportRow row, row_of_json(object, where));
    set.rows.push_back(std::move(row));
  }
  if (set.rows.empty()) {
    return fail(ErrorKind::kInput,
                path.string() +
                    ": no <study>/report.json in this folder; give the folder that "
                    "slava-cxr report --output wrote, with json among its formats");
  }
  return set;
}

Result<ReportSet> read_annotation(const fs::path& path, const Json& document) {
  const std::string name = path.filename().string();
  ReportSet set{"annotation", {}};
  for (const char* split : {"train", "val", "test"}) {
    if (!document.contains(split)) continue;
    const Json& list = document[split];
    if (!list.is_array()) {
      return fail(ErrorKind::kInput, cat(name, ": ", split, ": expected a list of reports"));
    }
    for (size_t i = 0; i < list.size(); ++i) {
      SLAVA_TRY(ReportRow row, row_of_json(list[i], cat(name, ": ", split, "[", i, "]")));
      row.split = split;
      set.rows.push_back(std::move(row));
    }
  }
  return set;
}

bool is_annotation(const Json& document) {
  return document.is_object() && !document.contains("findings") && !document.contains("report") &&
         (document.contains("train") || document.contains("val") || document.contains("test"));
}

Result<ReportSet> read_json(const fs::path& path, const std::string& text) {
  const std::string name = path.filename().string();
  SLAVA_TRY(const Json document, parse_json(text, name));
  if (is_annotation(document)) return read_annotation(path, document);
  ReportSet set{"JSON", {}};
  if (document.is_array()) {
    for (size_t i = 0; i < document.size(); ++i) {
      SLAVA_TRY(ReportRow row, row_of_json(document[i], cat(name, ": [", i, "]")));
      set.rows.push_back(std::move(row));
    }
  } else {
    SLAVA_TRY(ReportRow row, row_of_json(document, name));
    set.rows.push_back(std::move(row));
  }
  return set;
}

Result<ReportSet> read_any(const fs::path& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) return read_folder(path);
  SLAVA_TRY(std::string text, read_file(path));
  if (text.starts_with("\xef\xbb\xbf")) text.erase(0, 3);
  const std::string ending = to_lower(path.extension().string());
  if (ending == ".csv") return read_csv(path, text);
  if (ending == ".json") return read_json(path, text);
  return read_jsonl(path, text);
}

Status keep_split(const fs::path& path, const ReadOptions& options, ReportSet& set) {
  const std::string split =
      options.split.empty() && set.form == "annotation" ? "test" : options.split;
  const bool tells_splits = std::any_of(set.rows.begin(), set.rows.end(),
                                        [](const ReportRow& row) { return !row.split.empty(); });
  if (split.empty() || (options.whole_without_splits && !tells_splits)) return {};
  std::set<std::string> seen;
  for (const ReportRow& row : set.rows) seen.insert(row.split.empty() ? "(none)" : row.split);
  std::erase_if(set.rows, [&](const ReportRow& row) { return row.split != split; });
  if (!set.rows.empty() || seen.empty()) return {};
  return fail(ErrorKind::kInput, cat(path.string(), ": no report of the split ", split,
                                     "; its splits are ", join({seen.begin(), seen.end()}, ", ")));
}

Status refuse_duplicates(const ReportSet& set) {
  std::map<std::string, std::string> places;
  for (const ReportRow& row : set.rows) {
    const auto [place, is_new] = places.emplace(row.id, row.where);
    if (!is_new) {
      return fail(ErrorKind::kInput,
                  cat(row.where, ": the study ", clean_text(row.id), " has a report at ",
                      place->second, " already; each study may have one"));
    }
  }
  return {};
}

bool is_blank(std::string_view text) { return trim(text).empty(); }

}  // namespace

Result<ReportSet> read_report_set(const fs::path& path, const ReadOptions& options) {
  SLAVA_TRY(ReportSet set, read_any(path));
  SLAVA_TRY_STATUS(keep_split(path, options, set));
  SLAVA_TRY_STATUS(refuse_duplicates(set));
  if (set.rows.empty()) return fail(ErrorKind::kInput, path.string() + ": no report in this file");
  return set;
}

std::string_view name_of(SectionChoice choice) {
  switch (choice) {
    case SectionChoice::kFindings:
      return "findings";
    case SectionChoice::kImpression:
      return "impression";
    case SectionChoice::kBoth:
      return "both";
  }
  return "";
}

std::optional<SectionChoice> section_choice_of(std::string_view name) {
  for (const SectionChoice choice :
       {SectionChoice::kFindings, SectionChoice::kImpression, SectionChoice::kBoth}) {
    if (name_of(choice) == name) return choice;
  }
  return std::nullopt;
}

std::string ReportText::joined() const {
  std::string text;
  for (const auto& [section, part] : parts) {
    if (is_blank(part)) continue;
    if (!text.empty()) text += ' ';
    text += part;
  }
  return text;
}

bool ReportText::empty() const {
  return std::all_of(parts.begin(), parts.end(),
                     [](const auto& part) { return is_blank(part.second); });
}

ReportText text_of(const ReportRow& row, SectionChoice choice) {
  if (!row.has_sections) return {{{ReportSection::kUnknown, row.whole}}};
  ReportText text;
  if (choice != SectionChoice::kImpression) {
    text.parts.emplace_back(ReportSection::kFindings, row.findings);
  }
  if (choice != SectionChoice::kFindings) {
    text.parts.emplace_back(ReportSection::kImpression, row.impression);
  }
  return text;
}

}  // namespace slava
