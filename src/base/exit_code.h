// The exit codes of every command; documented in the README and stable.
#pragma once

#include "base/error.h"

namespace slava {

enum class ExitCode : int {
  kOk = 0,
  kInternal = 1,      // a defect of the program
  kUsage = 2,         // a flag, its value or the configuration file is wrong
  kInput = 3,         // nothing readable was given
  kModel = 4,         // the checkpoint does not load
  kSomeFailed = 5,    // some studies have reports, some have not
  kAllFailed = 6,     // no study has a report
  kOutput = 7,        // the results could not be written
  kRefused = 8,       // the gate kept films from the model; nothing failed
  kRegression = 9,    // evaluate: something got worse than the baseline allows
  kInterrupted = 130  // Ctrl-C or SIGTERM; what was finished is kept
};

ExitCode exit_code_of(ErrorKind kind);

}  // namespace slava
