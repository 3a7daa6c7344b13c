// The impressions that `summarize` writes, a JSON object a line as they are ready:
//   {"study_id", "findings", "impression", "complete", "status", "reason", "warnings", "model",
//    "disclaimer"}
// `evaluate` reads it as predictions.
#pragma once

#include <filesystem>
#include <optional>
#include <set>
#include <string>

#include "assistant/assistant.h"
#include "base/append_log.h"
#include "base/result.h"
#include "pipeline/summarise.h"

namespace slava {

struct SummaryCounts {
  size_t good = 0, refused = 0, failed = 0;
  size_t all() const { return good + refused + failed; }
};

// One line, without its end; `study_id` is left out where the task has none.
std::string summary_line(const SummaryTask& task, const Result<Summary>& summary,
                         const AssistantInfo& info);

class SummaryFile {
 public:
  SummaryFile() = default;
  // Reads what is there and changes nothing. kUsage when there is a file and neither `resume` nor
  // `force`, or when its lines are no impressions. Half a last line is not counted.
  static Result<SummaryFile> read(const std::filesystem::path& path, bool resume, bool force);
  // Makes the file ready for add(): with what was read of it, or empty. kOutput.
  Status start();

  bool has(const std::string& id) const { return ids_.contains(id); }
  // What the file holds, earlier runs' lines included.
  const SummaryCounts& counts() const { return counts_; }
  // The line is on disk when this returns.
  Status add(const SummaryTask& task, const Result<Summary>& summary, const AssistantInfo& info);

 private:
  std::filesystem::path path_;
  std::string kept_;  // whole lines of an earlier run
  std::optional<AppendLog> log_;
  std::set<std::string> ids_;
  SummaryCounts counts_;
};

}  // namespace slava
