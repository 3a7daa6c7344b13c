#include "base/log.h"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>

#include "base/strings.h"

namespace slava {
namespace {

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::kDebug:
      return spdlog::level::debug;
    case LogLevel::kInfo:
      return spdlog::level::info;
    case LogLevel::kWarning:
      return spdlog::level::warn;
    case LogLevel::kError:
      return spdlog::level::err;
    case LogLevel::kOff:
      return spdlog::level::off;
  }
  return spdlog::level::warn;
}

std::shared_ptr<spdlog::logger>& logger() {
  static std::shared_ptr<spdlog::logger> instance = [] {
    auto made = std::make_shared<spdlog::logger>("slava-cxr",
                                                 std::make_shared<spdlog::sinks::stderr_sink_mt>());
    made->set_level(spdlog::level::warn);
    made->set_pattern("slava-cxr: %l: %v");
    return made;
  }();
  return instance;
}

void log(spdlog::level::level_enum level, std::string_view message) {
  logger()->log(level, "{}", message);
}

}  // namespace

Status start_log(const LogOptions& options) {
  if (!options.file.empty()) {
    try {
      auto sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
      logger() = std::make_shared<spdlog::logger>("slava-cxr", std::move(sink));
      logger()->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
      logger()->flush_on(spdlog::level::debug);
    } catch (const std::exception& error) {
      return fail(ErrorKind::kOutput,
                  cat(options.file, ": cannot open the log file: ", error.what(),
                      "; give a path in an existing, writable folder"));
    }
  }
  logger()->set_level(to_spdlog(options.level));
  return {};
}

bool log_is_on(LogLevel level) { return logger()->should_log(to_spdlog(level)); }

void log_debug(std::string_view message) { log(spdlog::level::debug, message); }
void log_info(std::string_view message) { log(spdlog::level::info, message); }
void log_warning(std::string_view message) { log(spdlog::level::warn, message); }
void log_error(std::string_view message) { log(spdlog::level::err, message); }

}  // namespace slava
