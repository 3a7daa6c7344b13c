// A file that grows by whole lines: each is on disk before the next begins, so that a killed
// program has lost none and leaves at most half a last one.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace slava {

class AppendLog {
 public:
  // Puts `bytes` in place of what is there, atomically, and goes on behind them. kOutput with the
  // system's reason.
  static Result<AppendLog> start(std::filesystem::path path, std::string_view bytes);
  ~AppendLog();
  AppendLog(AppendLog&& other) noexcept;
  AppendLog& operator=(AppendLog&&) = delete;

  // Appends `line` and its end, and syncs.
  Status add(std::string_view line);

 private:
  explicit AppendLog(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
  int fd_ = -1;
};

}  // namespace slava
