// What went wrong, as a value: a kind that decides the exit code and a sentence for the user.
// Never here: how it is shown or logged.
#pragma once

#include <ostream>
#include <string>
#include <utility>

namespace slava {

enum class ErrorKind {
  kUsage,        // flags or configuration
  kInput,        // a film, a manifest or another file of the user's
  kModel,        // a checkpoint that does not load or does not fit
  kOutput,       // the result could not be written
  kRefused,      // the gate kept a film from the model
  kInterrupted,  // Ctrl-C or SIGTERM
  kInternal,     // a defect of the program
};

struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  // "chest.dcm: PhotometricInterpretation is RGB; expected MONOCHROME1 or MONOCHROME2"
  std::string message;

  // The same error with `where` (a file, a study) said first.
  Error in(const std::string& where) const { return {kind, where + ": " + message}; }
};

inline std::ostream& operator<<(std::ostream& out, const Error& error) {
  return out << error.message;
}

}  // namespace slava
