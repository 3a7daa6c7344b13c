// The folder of one run's results on disk: its lock, its lists, its studies' reports.
// Only files that this program names are ever removed: a study's folder may hold the user's own.
#pragma once

#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "pipeline/results.h"
#include "pipeline/study_record.h"
#include "pipeline/work_list.h"

namespace slava {

// "results" or "results-2-of-4".
std::string file_stem(const std::string& name, const Shard& shard);

// A rendered report: file name and bytes.
using ReportFile = std::pair<std::string, std::string>;

class OutputFolder {
 public:
  // Creates the folder (0750) when it is missing. kUsage when another run holds it; runs of
  // several shards may share it.
  static Result<OutputFolder> open(const std::filesystem::path& path, const Shard& shard);
  ~OutputFolder();
  OutputFolder(OutputFolder&& other) noexcept;
  OutputFolder& operator=(OutputFolder&&) = delete;

  std::filesystem::path study_folder(const std::string& study_id) const { return path_ / study_id; }

  // The reports in place of those that were there, then the record. kOutput.
  Status write_study(const StudyRecord& record, const std::vector<ReportFile>& files) const;
  // Takes away the reports of an earlier run, so that none stays beside a new failure. kOutput.
  Status remove_study(const std::string& study_id) const;

  Status write_run(const nlohmann::ordered_json& run) const;
  // The rows that an earlier run of this shard left, by study.
  std::map<std::string, StudyResult> earlier_results() const;
  Result<ResultsLog> start_results(const std::vector<StudyResult>& rows) const;

 private:
  OutputFolder(std::filesystem::path path, Shard shard, int lock_fd);

  std::filesystem::path path_;
  Shard shard_;
  int lock_fd_ = -1;
};

}  // namespace slava
