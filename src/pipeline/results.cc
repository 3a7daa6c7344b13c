#include "pipeline/results.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <cstring>
#include <nlohmann/json.hpp>
#include <utility>

#include "base/csv.h"
#include "base/file.h"
#include "base/strings.h"

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kCsvHeader = "study_id,status,reason,seconds\n";

// More digits would only be noise.
double milliseconds(double seconds) { return std::round(seconds * 1000) / 1000; }

Status append(int fd, const std::filesystem::path& path, const std::string& line) {
  std::string_view rest = line;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd, rest.data(), rest.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return fail(ErrorKind::kOutput,
                  cat(path.string(), ": cannot be written: ", std::strerror(errno)));
    }
    rest.remove_prefix(static_cast<size_t>(written));
  }
  if (::fdatasync(fd) != 0 && errno != EINVAL) {
    return fail(ErrorKind::kOutput,
                cat(path.string(), ": cannot be synced to disk: ", std::strerror(errno)));
  }
  return {};
}

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

ResultsLog::ResultsLog(std::filesystem::path csv, std::filesystem::path jsonl)
    : csv_(std::move(csv)), jsonl_(std::move(jsonl)) {}

ResultsLog::ResultsLog(ResultsLog&& other) noexcept
    : csv_(std::move(other.csv_)),
      jsonl_(std::move(other.jsonl_)),
      csv_fd_(std::exchange(other.csv_fd_, -1)),
      jsonl_fd_(std::exchange(other.jsonl_fd_, -1)) {}

ResultsLog::~ResultsLog() {
  if (csv_fd_ >= 0) ::close(csv_fd_);
  if (jsonl_fd_ >= 0) ::close(jsonl_fd_);
}

Result<ResultsLog> ResultsLog::start(const std::filesystem::path& folder, const std::string& stem,
                                     const std::vector<StudyResult>& rows) {
  ResultsLog log(folder / (stem + ".csv"), folder / (stem + ".jsonl"));
  std::string csv = kCsvHeader;
  std::string jsonl;
  for (const StudyResult& row : rows) {
    csv += to_csv_line(row) + "\n";
    jsonl += to_json_line(row) + "\n";
  }
  SLAVA_TRY_STATUS(write_file_atomically(log.csv_, csv));
  SLAVA_TRY_STATUS(write_file_atomically(log.jsonl_, jsonl));
  const auto open = [](const std::filesystem::path& path, int& fd) -> Status {
    fd = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
    if (fd >= 0) return {};
    return fail(ErrorKind::kOutput,
                cat(path.string(), ": cannot be opened: ", std::strerror(errno)));
  };
  SLAVA_TRY_STATUS(open(log.csv_, log.csv_fd_));
  SLAVA_TRY_STATUS(open(log.jsonl_, log.jsonl_fd_));
  return log;
}

Status ResultsLog::add(const StudyResult& result) {
  SLAVA_TRY_STATUS(append(jsonl_fd_, jsonl_, to_json_line(result) + "\n"));
  return append(csv_fd_, csv_, to_csv_line(result) + "\n");
}

}  // namespace slava
