// The whole of `slava-cxr evaluate`: files in, texts for stdout and stderr and an exit code out,
// result files written. The command only binds flags to it.
#pragma once

#include <cstdint>
#include <string>

#include "base/exit_code.h"
#include "base/result.h"

namespace slava {

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
  uint64_t resamples = 1000;
  uint64_t seed = 0;
  bool json = false;
  // Files; empty: not wanted.
  std::string save_baseline;
  std::string baseline;
  std::string tolerance;
  std::string junit;
  std::string html;
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
