// What a run does: which studies' results of an earlier run stand, and which studies are done.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipeline/batch.h"
#include "pipeline/output_folder.h"
#include "pipeline/results.h"
#include "pipeline/study_record.h"
#include "pipeline/work_list.h"

namespace slava {

// A study whose results of an earlier run stand.
struct KeptStudy {
  std::string id;
  StudyRecord record;

  bool refused() const { return record.status == StudyStatus::kRefused; }
  StudyResult row() const { return {id, record.status, record.reason, record.seconds}; }
};

struct RunPlan {
  std::vector<KeptStudy> kept;
  std::vector<WorkItem> todo;
  size_t not_done = 0;  // left alone, since only failed ones are wanted
};

// `settings`: their fingerprint; `earlier`: the rows of an earlier run, by study. kUsage when there
// are results already and nothing was said of them.
Result<RunPlan> plan_run(const std::vector<WorkItem>& items, const OutputFolder& folder,
                         const std::string& settings,
                         const std::map<std::string, StudyResult>& earlier,
                         const BatchOptions& options);

}  // namespace slava
