#include "base/exit_code.h"

namespace slava {

ExitCode exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return ExitCode::kUsage;
    case ErrorKind::kInput:
      return ExitCode::kInput;
    case ErrorKind::kModel:
      return ExitCode::kModel;
    case ErrorKind::kOutput:
      return ExitCode::kOutput;
    case ErrorKind::kRefused:
      return ExitCode::kRefused;
    case ErrorKind::kInterrupted:
      return ExitCode::kInterrupted;
    case ErrorKind::kInternal:
      return ExitCode::kInternal;
  }
  return ExitCode::kInternal;
}

}  // namespace slava
