#include "base/append_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>
#include <utility>

#include "base/file.h"
#include "base/strings.h"

namespace slava {
namespace {

tl::unexpected<Error> cannot(const std::filesystem::path& path, const char* what) {
  return fail(ErrorKind::kOutput,
              cat(path.string(), ": cannot be ", what, ": ", std::strerror(errno)));
}

}  // namespace

Result<AppendLog> AppendLog::start(std::filesystem::path path, std::string_view bytes) {
  AppendLog log(std::move(path));
  SLAVA_TRY_STATUS(write_file_atomically(log.path_, bytes));
  log.fd_ = ::open(log.path_.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC);
  if (log.fd_ < 0) return cannot(log.path_, "opened");
  return log;
}

AppendLog::AppendLog(AppendLog&& other) noexcept
    : path_(std::move(other.path_)), fd_(std::exchange(other.fd_, -1)) {}

AppendLog::~AppendLog() {
  if (fd_ >= 0) ::close(fd_);
}

Status AppendLog::add(std::string_view line) {
  const std::string whole = cat(line, '\n');
  std::string_view rest = whole;
  while (!rest.empty()) {
    const ssize_t written = ::write(fd_, rest.data(), rest.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return cannot(path_, "written");
    }
    rest.remove_prefix(static_cast<size_t>(written));
  }
  if (::fdatasync(fd_) != 0 && errno != EINVAL) return cannot(path_, "synced to disk");
  return {};
}

}  // namespace slava
