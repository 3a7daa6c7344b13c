// The whole of `slava-cxr evaluate`: files in, texts for stdout and stderr and an exit code out,
// result files written. The command only binds flags to it.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "base/result.h"
#include "evaluate/report_set.h"
#include "evaluate/side_choice.h"

namespace slava {

// What a model drafts for blanked films.
struct BlankedReports {
  std::vector<ReportRow> rows;  // in the order of the ids that were asked for
  std::string about;            // which model, how the films were blanked; one line
  std::string checkpoint_sha256;
};
// Asked once, with the ids of the studies that are scored, after the files were read.
using ReadBlanked = std::function<Result<BlankedReports>(const std::vector<std::string>& ids)>;

// Likelihoods of each sentence's two forms, by the model on the study's films.
using ScoreSides =
    std::function<Result<std::vector<SideScores>>(const std::vector<SidedSentence>& sentences)>;

struct EvaluateRequest {
  std::string references;
  std::string predictions;
  // Of a file with several splits.
  std::string split;
  std::string section = "findings";  // findings, impression, both
  std::string protocol = "plain";    // plain, r2gen, r2gen-mimic, verbatim
  // Predictions of another system for the same studies; empty: none.
  std::string compare_with;
  // Reports of the training split; empty: none.
  std::string train_split;
  // The control of blanked films; empty: none.
  ReadBlanked read_blanked;
  // The choice between left and right; empty: not asked.
  ScoreSides score_sides;
  uint64_t resamples = 1000;
  uint64_t seed = 0;
  bool json = false;
  // Files; empty: not wanted.
  std::string save_baseline;
  std::string baseline;
  std::string tolerance;
  std::string junit;
  std::string html;
  std::string export_radeval;
  std::string export_rexrank;
};

struct EvaluateOutcome {
  ExitCode code = ExitCode::kOk;
  std::string out;
  std::string talk;
};

// kUsage for flags that do not go together, kInput for files, kOutput. A failed gate is no error:
// its code is kRegression and everything is printed and written.
Result<EvaluateOutcome> evaluate_files(const EvaluateRequest& request);

}  // namespace slava
