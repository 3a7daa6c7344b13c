// The list of a run's studies with their outcome, as results.csv and results.jsonl: a row is
// appended when its study ends, so that a killed run keeps what it has said.
// Never here: reports, patients' names.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/append_log.h"
#include "base/result.h"

namespace slava {

enum class StudyStatus {
  kOk,       // there is a report
  kRefused,  // the gate kept the study from the model: done, and without a report
  kFailed,
};

std::string_view to_string(StudyStatus status);  // "ok", "refused", "failed"

struct StudyResult {
  std::string study_id;
  StudyStatus status = StudyStatus::kFailed;
  std::string reason;  // why it was refused or failed, in one line; empty when ok
  double seconds = 0;
};

// {"study_id":"1.2.3","status":"ok","reason":"","seconds":0.21}
std::string to_json_line(const StudyResult& result);
// RFC 4180, without the line's end.
std::string to_csv_line(const StudyResult& result);

// The rows of a results.jsonl; none when there is no such file. Half a last line, which a killed
// run may leave, is no error: its study has no row.
std::vector<StudyResult> read_results(const std::filesystem::path& jsonl);

class ResultsLog {
 public:
  // Writes <stem>.csv and <stem>.jsonl in `folder` with `rows`, in place of what was there.
  static Result<ResultsLog> start(const std::filesystem::path& folder, const std::string& stem,
                                  const std::vector<StudyResult>& rows);

  // Appends one row to both files and syncs them. kOutput with the system's reason.
  Status add(const StudyResult& result);

 private:
  ResultsLog(AppendLog csv, AppendLog jsonl) : csv_(std::move(csv)), jsonl_(std::move(jsonl)) {}

  AppendLog csv_;
  AppendLog jsonl_;
};

}  // namespace slava
