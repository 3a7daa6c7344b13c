#include "radex/read_cases.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/csv.h"
#include "base/file.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "report/clean_text.h"

namespace slava::radex {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

struct Row {
  Json object;
  std::string where;
};

// The first of the keys that the row has as a text or a number.
std::string text_of(const Json& object, std::initializer_list<const char*> keys) {
  for (const char* key : keys) {
    const auto place = object.find(key);
    if (place == object.end() || place->is_null()) continue;
    if (place->is_string()) return place->get<std::string>();
    if (place->is_number()) return place->dump();
  }
  return "";
}

class CaseReader {
 public:
  CaseReader(const fs::path& file, const ReadCasesOptions& options)
      : file_(file),
        options_(options),
        root_(options.image_root.empty() ? file.parent_path() : options.image_root) {}

  Result<std::vector<Case>> read() {
    SLAVA_TRY(const std::string text, read_file(file_));
    if (!is_utf8(text)) {
      return fail(ErrorKind::kInput,
                  file_.string() + ": not UTF-8; convert the file, for example with iconv");
    }
    const std::string suffix = to_lower(file_.extension().string());
    if (suffix == ".csv") {
      SLAVA_TRY_STATUS(read_csv(text));
    } else if (suffix == ".jsonl" || suffix == ".ndjson") {
      SLAVA_TRY_STATUS(read_jsonl(text));
    } else {
      return fail(ErrorKind::kInput,
                  file_.string() + ": expected a file of cases that ends in .jsonl or .csv");
    }
    for (const Row& row : rows_) SLAVA_TRY_STATUS(add(row));
    if (!options_.split.empty() && cases_.empty()) {
      return fail(ErrorKind::kInput,
                  cat(file_.string(), ": no row of the split ", options_.split, "; its splits are ",
                      splits_.empty() ? "none" : join({splits_.begin(), splits_.end()}, ", ")));
    }
    if (cases_.empty()) return fail(ErrorKind::kInput, file_.string() + ": no case in this file");
    return std::move(cases_);
  }

 private:
  std::string at_line(size_t line) const { return cat(file_.filename().string(), ':', line); }

  Status read_jsonl(std::string_view text) {
    for (size_t line = 1; !text.empty(); ++line) {
      const size_t end = std::min(text.find('\n'), text.size());
      const std::string_view content = trim(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
      if (content.empty()) continue;
      Json object = Json::parse(content, nullptr, /*allow_exceptions=*/false);
      if (!object.is_object()) {
        return fail(ErrorKind::kInput, at_line(line) + ": expected one JSON object a line");
      }
      rows_.push_back({std::move(object), at_line(line)});
    }
    return {};
  }

  Status read_csv(std::string_view text) {
    auto rows = parse_csv(text);
    if (!rows) return fail(rows.error().in(file_.filename().string()));
    if (rows->empty()) return {};
    const std::vector<std::string> header = rows->front().fields;
    for (auto row = rows->begin() + 1; row != rows->end(); ++row) {
      if (row->fields.size() != header.size()) {
        return fail(ErrorKind::kInput, cat(at_line(row->line), ": ", row->fields.size(),
                                           " fields; the header has ", header.size()));
      }
      Json object = Json::object();
      for (size_t i = 0; i < header.size(); ++i) {
        object[std::string(trim(header[i]))] = row->fields[i];
      }
      rows_.push_back({std::move(object), at_line(row->line)});
    }
    return {};
  }

  static Status wrong(const Row& row, const std::string& what) {
    return fail(ErrorKind::kInput, cat(row.where, ": ", what));
  }

  Status add(const Row& row) {
    const std::string split = text_of(row.object, {"split"});
    if (!split.empty()) splits_.insert(split);
    if (!options_.split.empty() && split != options_.split) return {};
    Case one;
    one.where = row.where;
    one.id = text_of(row.object, {"case_id", "study_id", "id"});
    if (one.id.empty()) one.id = "row-" + row.where.substr(row.where.rfind(':') + 1);
    one.view = text_of(row.object, {"view"});
    one.patient = text_of(row.object, {"patient", "patient_id"});
    one.day = text_of(row.object, {"day_offset", "day"});
    one.finding = text_of(row.object, {"finding", "diagnosis"});
    one.sex = text_of(row.object, {"sex"});
    one.age = text_of(row.object, {"age"});
    one.licence = text_of(row.object, {"license", "licence"});
    one.source = text_of(row.object, {"source", "doi"});
    if (one.licence.empty()) one.licence = options_.licence;
    if (one.source.empty()) one.source = options_.source;
    if (one.licence.empty()) {
      return wrong(row, "no `license`; add the column, or tell it for all rows with --license");
    }
    if (one.source.empty()) {
      return wrong(row, "no `source`; add the column, or tell it for all rows with --source");
    }
    SLAVA_TRY_STATUS(add_texts(row, one));
    return add_films(row, one);
  }

  static Status add_texts(const Row& row, Case& one) {
    const Json& object = row.object;
    if (object.contains("description")) {
      one.texts.push_back({text_of(object, {"description"}), ReportSection::kUnknown});
      return {};
    }
    if (object.contains("findings") || object.contains("impression")) {
      one.texts.push_back({text_of(object, {"findings"}), ReportSection::kFindings});
      one.texts.push_back({text_of(object, {"impression"}), ReportSection::kImpression});
      return {};
    }
    if (object.contains("report")) {
      one.texts.push_back({text_of(object, {"report"}), ReportSection::kUnknown});
      return {};
    }
    return wrong(row, "no text; expected `description`, `findings` and `impression`, or `report`");
  }

  Status add_films(const Row& row, const Case& one) {
    const std::string image = text_of(row.object, {"image", "film", "file"});
    if (!image.empty()) {
      Case with_film = one;
      with_film.image = image;
      return push(row, std::move(with_film));
    }
    const auto images = row.object.find("images");
    if (images == row.object.end() || !images->is_array()) {
      return wrong(row, "no film; expected `image`, or `images` as a list of {\"file\", \"view\"}");
    }
    for (size_t i = 0; i < images->size(); ++i) {
      const Json& film = (*images)[i];
      if (!film.is_object() || text_of(film, {"file"}).empty()) {
        return wrong(row, cat("images[", i, "]: expected {\"file\", \"view\"}"));
      }
      Case with_film = one;
      with_film.id = cat(one.id, '-', i + 1);
      with_film.image = text_of(film, {"file"});
      with_film.view = text_of(film, {"view"});
      SLAVA_TRY_STATUS(push(row, std::move(with_film)));
    }
    return {};
  }

  Status push(const Row& row, Case one) {
    one.film = fs::path(one.image).is_absolute() ? fs::path(one.image) : root_ / one.image;
    const auto [place, is_new] = places_.emplace(one.id, row.where);
    if (!is_new) {
      return wrong(row, cat("its case id occurs at ", place->second, " already; ids must differ"));
    }
    cases_.push_back(std::move(one));
    return {};
  }

  fs::path file_;
  const ReadCasesOptions& options_;
  fs::path root_;
  std::vector<Row> rows_;
  std::set<std::string> splits_;
  std::map<std::string, std::string> places_;
  std::vector<Case> cases_;
};

}  // namespace

Result<std::vector<Case>> read_cases(const fs::path& file, const ReadCasesOptions& options) {
  return CaseReader(file, options).read();
}

}  // namespace slava::radex
