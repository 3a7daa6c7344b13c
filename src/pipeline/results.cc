#include "pipeline/results.h"

#include <cmath>
#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/file.h"
#include "base/strings.h"

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kCsvHeader = "study_id,status,reason,seconds\n";

// More digits would only be noise.
double milliseconds(double seconds) { return std::round(seconds * 1000) / 1000; }

}  // namespace

std::string_view to_string(StudyStatus status) {
  switch (status) {
    case StudyStatus::kOk:
      return "ok";
    case StudyStatus::kRefused:
      return "refused";
    case StudyStatus::kFailed:
      return "failed";
  }
  return "";
}

std::string to_json_line(const StudyResult& result) {
  const Json json{{"study_id", result.study_id},
                  {"status", to_string(result.status)},
                  {"reason", result.reason},
                  {"seconds", milliseconds(result.seconds)}};
  // A file name that is no UTF-8 may stand in the reason.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string to_csv_line(const StudyResult& result) {
  return cat(csv_field(result.study_id), ',', to_string(result.status), ',',
             csv_field(result.reason), ',', milliseconds(result.seconds));
}

std::vector<StudyResult> read_results(const std::filesystem::path& jsonl) {
  std::vector<StudyResult> rows;
  const auto text = read_file(jsonl);
  if (!text) return rows;
  for (const std::string& line : split(*text, '\n')) {
    const Json json = Json::parse(line, nullptr, /*allow_exceptions=*/false);
    if (!json.is_object()) continue;
    StudyResult row;
    const auto text_at = [&](const char* key) {
      const auto found = json.find(key);
      return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
    };
    row.study_id = text_at("study_id");
    if (row.study_id.empty()) continue;
    for (const StudyStatus status : {StudyStatus::kOk, StudyStatus::kRefused}) {
      if (text_at("status") == to_string(status)) row.status = status;
    }
    row.reason = text_at("reason");
    const auto seconds = json.find("seconds");
    if (seconds != json.end() && seconds->is_number()) row.seconds = seconds->get<double>();
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<ResultsLog> ResultsLog::start(const std::filesystem::path& folder, const std::string& stem,
                                     const std::vector<StudyResult>& rows) {
  std::string csv = kCsvHeader;
  std::string jsonl;
  for (const StudyResult& row : rows) {
    csv += to_csv_line(row) + "\n";
    jsonl += to_json_line(row) + "\n";
  }
  SLAVA_TRY(AppendLog csv_log, AppendLog::start(folder / (stem + ".csv"), csv));
  SLAVA_TRY(AppendLog jsonl_log, AppendLog::start(folder / (stem + ".jsonl"), jsonl));
  return ResultsLog(std::move(csv_log), std::move(jsonl_log));
}

Status ResultsLog::add(const StudyResult& result) {
  SLAVA_TRY_STATUS(jsonl_.add(to_json_line(result)));
  return csv_.add(to_csv_line(result));
}

}  // namespace slava
