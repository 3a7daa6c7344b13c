#include "pipeline/run_plan.h"

#include <filesystem>

#include "base/strings.h"

namespace slava {

Result<RunPlan> plan_run(const std::vector<WorkItem>& items, const OutputFolder& folder,
                         const std::string& settings,
                         const std::map<std::string, StudyResult>& earlier,
                         const BatchOptions& options) {
  RunPlan plan;
  for (const WorkItem& item : items) {
    const std::filesystem::path study_folder = folder.study_folder(item.id);
    std::error_code error;
    if (options.existing == ExistingResults::kRefuse &&
        std::filesystem::exists(study_folder, error)) {
      return fail(ErrorKind::kUsage,
                  cat(study_folder.string(),
                      ": there are results already; --resume keeps them, --force replaces them"));
    }
    if (options.existing == ExistingResults::kResume && item.study != nullptr) {
      auto record = read_record(study_folder);
      if (record && record->fingerprint == study_fingerprint(settings, *item.study)) {
        plan.kept.push_back({item.id, *std::move(record)});
        continue;
      }
    }
    if (options.only_failed) {
      const auto row = earlier.find(item.id);
      if (row == earlier.end() || row->second.status != StudyStatus::kFailed) {
        ++plan.not_done;
        continue;
      }
    }
    plan.todo.push_back(item);
  }
  return plan;
}

}  // namespace slava
