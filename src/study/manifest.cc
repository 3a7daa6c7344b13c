#include "study/manifest.h"

#include <algorithm>
#include <array>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/csv.h"
#include "base/file.h"
#include "base/strings.h"

namespace slava {
namespace {

using Json = nlohmann::json;

constexpr size_t kMaxManifestBytes = size_t{512} << 20;
constexpr size_t kMaxStudyIdLength = 100;
const std::vector<std::string> kColumns{"study_id", "image", "view", "indication", "comparison"};

// A row before its values are looked at.
struct RawRow {
  size_t line = 0;
  std::map<std::string, std::string> values;
};

Status check_column(const std::string& name, size_t line) {
  if (std::find(kColumns.begin(), kColumns.end(), name) != kColumns.end()) return {};
  const std::string near = closest(name, kColumns);
  return fail(ErrorKind::kInput, cat("line ", line, ": unknown column \"", name, "\"",
                                     near.empty() ? "" : cat(" (did you mean ", near, "?)"),
                                     "; known are ", join(kColumns, ", ")));
}

Status check_header(const CsvRow& header) {
  std::set<std::string> seen;
  for (const std::string& name : header.fields) {
    SLAVA_TRY_STATUS(check_column(name, header.line));
    if (!seen.insert(name).second) {
      return fail(ErrorKind::kInput,
                  cat("line ", header.line, ": column ", name, " appears twice"));
    }
  }
  for (const char* required : {"study_id", "image"}) {
    if (!seen.contains(required)) {
      return fail(ErrorKind::kInput,
                  cat("line ", header.line, ": expected a header row with the column ", required,
                      "; known columns are ", join(kColumns, ", ")));
    }
  }
  return {};
}

Result<std::vector<RawRow>> rows_of_csv(const std::string& text) {
  SLAVA_TRY(const std::vector<CsvRow> csv, parse_csv(text));
  if (csv.empty()) {
    return fail(ErrorKind::kInput, cat("the file is empty; expected a header row with the columns ",
                                       join(kColumns, ", ")));
  }
  std::vector<std::string> header;
  for (const std::string& name : csv[0].fields) header.emplace_back(trim(name));
  SLAVA_TRY_STATUS(check_header({csv[0].line, header}));
  std::vector<RawRow> rows;
  for (size_t i = 1; i < csv.size(); ++i) {
    const CsvRow& row = csv[i];
    if (row.fields.size() != header.size()) {
      return fail(ErrorKind::kInput, cat("line ", row.line, ": ", row.fields.size(),
                                         " fields; the header has ", header.size(), " columns"));
    }
    RawRow raw{row.line, {}};
    for (size_t c = 0; c < header.size(); ++c) raw.values[header[c]] = row.fields[c];
    rows.push_back(std::move(raw));
  }
  return rows;
}

Result<RawRow> row_of_film(const Json& json, size_t line) {
  RawRow raw{line, {}};
  for (const auto& [key, value] : json.items()) {
    SLAVA_TRY_STATUS(check_column(key, line));
    if (value.is_null()) continue;
    if (!value.is_string()) {
      return fail(ErrorKind::kInput,
                  cat("line ", line, ": ", key, " is ", value.type_name(), "; expected a string"));
    }
    raw.values[key] = value.get<std::string>();
  }
  return raw;
}

// A row per film of a study that lists them under `images`.
Result<std::vector<RawRow>> rows_of_study(const Json& json, size_t line) {
  RawRow study{line, {}};
  for (const char* key : {"study_id", "indication", "comparison"}) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) continue;
    if (!found->is_string()) {
      return fail(ErrorKind::kInput,
                  cat("line ", line, ": ", key, " is ", found->type_name(), "; expected a string"));
    }
    study.values[key] = found->get<std::string>();
  }
  const Json& images = json["images"];
  if (!images.is_array() || images.empty()) {
    return fail(ErrorKind::kInput, cat("line ", line, ": images is ",
                                       images.is_array() ? "an empty list" : images.type_name(),
                                       "; expected a list of {\"file\", \"view\"}"));
  }
  std::vector<RawRow> rows;
  for (const Json& image : images) {
    if (!image.is_object() || !image.contains("file") || !image["file"].is_string()) {
      return fail(ErrorKind::kInput, cat("line ", line, ": images[", rows.size(),
                                         "]: expected {\"file\", \"view\"} with a file's name"));
    }
    RawRow row = study;
    row.values["image"] = image["file"].get<std::string>();
    const auto view = image.find("view");
    if (view != image.end() && view->is_string()) row.values["view"] = view->get<std::string>();
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<std::vector<RawRow>> rows_of_json(std::string_view line_text, size_t line) {
  const Json json = Json::parse(line_text, nullptr, /*allow_exceptions=*/false);
  if (!json.is_object()) {
    return fail(ErrorKind::kInput, cat("line ", line, ": expected one JSON object"));
  }
  if (json.contains("images")) return rows_of_study(json, line);
  SLAVA_TRY(RawRow row, row_of_film(json, line));
  return std::vector<RawRow>{std::move(row)};
}

Result<std::vector<RawRow>> rows_of_json_lines(const std::string& text) {
  std::vector<RawRow> rows;
  size_t line = 0;
  std::string_view rest = text;
  if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
  for (const std::string& line_text : split(rest, '\n')) {
    ++line;
    if (trim(line_text).empty()) continue;
    SLAVA_TRY(const std::vector<RawRow> read, rows_of_json(line_text, line));
    rows.insert(rows.end(), read.begin(), read.end());
  }
  return rows;
}

Status check_study_id(const std::string& id) {
  std::string problem;
  if (id.empty()) {
    problem = "is empty";
  } else if (id.size() > kMaxStudyIdLength) {
    problem = cat("is longer than ", kMaxStudyIdLength, " characters");
  } else if (id.front() == '.' || id.front() == '-') {
    problem = cat("begins with \"", id.front(), "\"");
  } else if (id.find('/') != std::string::npos || id.find('\\') != std::string::npos) {
    problem = "holds a slash or backslash";
  } else if (std::any_of(id.begin(), id.end(), [](char c) {
               return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
             })) {
    problem = "holds a control character";
  } else {
    return {};
  }
  return fail(ErrorKind::kInput, cat("study_id ", problem,
                                     "; it names the report's folder: expected letters, digits, "
                                     "\".\", \"_\" and \"-\""));
}

Result<ManifestRow> checked_row(const RawRow& raw, const std::filesystem::path& folder) {
  const auto value = [&](const char* key) {
    const auto found = raw.values.find(key);
    return found == raw.values.end() ? std::string() : std::string(trim(found->second));
  };
  ManifestRow row;
  row.line = raw.line;
  row.study_id = value("study_id");
  if (const Status ok = check_study_id(row.study_id); !ok) {
    return fail(ok.error().in(cat("line ", raw.line)));
  }
  const std::string image = value("image");
  if (image.empty()) {
    return fail(ErrorKind::kInput, cat("line ", raw.line, ": image is empty; expected a file"));
  }
  row.image = (folder / image).lexically_normal();
  if (const std::string view = value("view"); !view.empty()) {
    row.projection = projection_from_word(view);
    if (!row.projection) {
      return fail(ErrorKind::kInput, cat("line ", raw.line, ": view is \"", view,
                                         "\"; expected frontal, lateral, PA, AP, LL or RL"));
    }
  }
  row.indication = value("indication");
  row.comparison = value("comparison");
  return row;
}

// A study's text may stand in one of its rows or in all, but not differ.
Status check_consistent(const std::vector<ManifestRow>& rows) {
  struct Text {
    std::string value;
    size_t line;
  };
  std::map<std::pair<std::string, std::string>, Text> texts;
  std::map<std::pair<std::string, std::filesystem::path>, size_t> images;
  for (const ManifestRow& row : rows) {
    const auto [image, is_new] = images.try_emplace({row.study_id, row.image}, row.line);
    if (!is_new) {
      return fail(ErrorKind::kInput, cat("line ", row.line, ": the same image stands in line ",
                                         image->second, " for this study already"));
    }
    for (const auto& [column, value] :
         {std::pair<std::string, std::string>{"indication", row.indication},
          {"comparison", row.comparison}}) {
      if (value.empty()) continue;
      const auto [text, first] = texts.try_emplace({row.study_id, column}, Text{value, row.line});
      if (!first && text->second.value != value) {
        return fail(ErrorKind::kInput, cat("line ", row.line, ": ", column, " of study ",
                                           row.study_id, " differs from line ", text->second.line,
                                           "; give it once or the same in each row"));
      }
    }
  }
  return {};
}

Result<std::vector<ManifestRow>> parse_rows(const std::string& text,
                                            const std::filesystem::path& path) {
  const std::string suffix = to_lower(path.extension().string());
  const bool json_lines = suffix == ".jsonl" || suffix == ".ndjson";
  const auto raw_rows = json_lines ? rows_of_json_lines(text) : rows_of_csv(text);
  if (!raw_rows) return fail(raw_rows.error().in(path.string()));
  std::vector<ManifestRow> rows;
  for (const RawRow& raw : *raw_rows) {
    auto row = checked_row(raw, path.parent_path());
    if (!row) return fail(row.error().in(path.string()));
    rows.push_back(std::move(*row));
  }
  if (rows.empty()) {
    return fail(ErrorKind::kInput, cat(path.string(), ": no rows; expected one a film"));
  }
  if (const Status ok = check_consistent(rows); !ok) return fail(ok.error().in(path.string()));
  return rows;
}

}  // namespace

Result<std::vector<ManifestRow>> read_manifest(const std::filesystem::path& path) {
  SLAVA_TRY(const std::string text, read_file(path, kMaxManifestBytes));
  return parse_manifest(text, path);
}

Result<std::vector<ManifestRow>> parse_manifest(const std::string& text,
                                                const std::filesystem::path& path) {
  try {
    return parse_rows(text, path);
  } catch (const std::exception& exception) {
    return fail(ErrorKind::kInput, cat(path.string(), ": ", exception.what()));
  }
}

}  // namespace slava
