// Findings that somebody wrote into impressions, many at a time. Never here: where they come from
// and go to.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "pipeline/reader.h"

namespace slava {

struct SummaryTask {
  std::string id;
  std::string findings;
  const Study* study = nullptr;  // whose films the model sees too; null: the text alone
};

struct Summary {
  std::string impression;
  bool complete = true;               // false when max_new_tokens ended it
  std::vector<std::string> warnings;  // of the gate, and of films that were not read
};

// Called as impressions are ready, in any order. kRefused when the gate keeps a study's films from
// the model, else what is wrong with its films or its text.
using SummaryDone = std::function<Status(size_t task, Result<Summary> summary)>;

// An error is one that ends everything: one that `done` returned, or of the runtime. Stops between
// two tokens when the program is interrupted; the tasks that are left are not told of.
Status summarise(Assistant& assistant, const ReaderOptions& options,
                 const std::vector<SummaryTask>& tasks, const SummaryDone& done);

}  // namespace slava
