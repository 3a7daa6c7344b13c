// The talk of the program: levels, to stderr or a file. Hides spdlog, whose headers must not meet
// libtorch's. Never a patient's name, id or birth date: callers log study ids and file names only.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace slava {

enum class LogLevel { kDebug, kInfo, kWarning, kError, kOff };

struct LogOptions {
  LogLevel level = LogLevel::kWarning;
  std::string file;  // empty: stderr
};

// Sets level and target for the whole program. kOutput when the file cannot be opened.
Status start_log(const LogOptions& options);

// Whether messages of this level are told; for what is costly to find out.
bool log_is_on(LogLevel level);

void log_debug(std::string_view message);
void log_info(std::string_view message);
void log_warning(std::string_view message);
void log_error(std::string_view message);

}  // namespace slava
