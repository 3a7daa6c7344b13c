#include "pipeline/result_lines.h"

#include <iomanip>
#include <nlohmann/json.hpp>
#include <ostream>

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

std::string dump_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

void ResultLines::report(const StudyResult& row, const std::string& text) {
  if (options_.lines == LineFormat::kJson) {
    const bool is_ok = row.status == StudyStatus::kOk;
    out_ << (is_ok ? dump_line(Json::parse(text)) : to_json_line(row)) << '\n';
    return;
  }
  if (row.status != StudyStatus::kOk) {
    const bool refused = row.status == StudyStatus::kRefused;
    err_ << "slava-cxr: " << (refused ? "refused: " : "error: ") << row.study_id << ": "
         << row.reason << '\n';
    return;
  }
  if (!is_first_report_) out_ << '\n';
  is_first_report_ = false;
  out_ << text;
  if (!text.ends_with('\n')) out_ << '\n';
}

void ResultLines::result(const StudyResult& row, const std::filesystem::path& folder) {
  if (options_.lines == LineFormat::kJson) {
    out_ << json_line(row, folder, false) << '\n';
  } else if (row.status == StudyStatus::kOk) {
    out_ << "ok " << row.study_id << ' ' << std::fixed << std::setprecision(2) << row.seconds
         << " s " << first_report(folder) << '\n';
  } else {
    out_ << to_string(row.status) << ' ' << row.study_id << ' ' << row.reason << '\n';
  }
}

void ResultLines::kept(const StudyResult& row, const std::filesystem::path& folder) {
  if (options_.lines == LineFormat::kJson) {
    out_ << json_line(row, folder, true) << '\n';
  } else if (row.status == StudyStatus::kOk) {
    out_ << "kept " << row.study_id << ' ' << first_report(folder) << '\n';
  } else {
    result(row, folder);
  }
}

std::string ResultLines::first_report(const std::filesystem::path& folder) const {
  return (folder / options_.writers.front().file_name).string();
}

std::string ResultLines::json_line(const StudyResult& row, const std::filesystem::path& folder,
                                   bool is_kept) const {
  Json json = Json::parse(to_json_line(row));
  if (is_kept) json["kept"] = true;
  if (row.status == StudyStatus::kOk) {
    Json paths = Json::array();
    for (const Writer& writer : options_.writers) {
      paths.push_back((folder / writer.file_name).string());
    }
    json["reports"] = std::move(paths);
  }
  return dump_line(json);
}

}  // namespace slava
