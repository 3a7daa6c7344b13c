#include "base/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "base/strings.h"

namespace slava {
namespace {

std::string reason() { return std::strerror(errno); }

// Closes the descriptor whatever happens.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

}  // namespace

Result<std::string> read_file(const std::filesystem::path& path, size_t max_bytes) {
  std::error_code error;
  const auto status = std::filesystem::status(path, error);
  if (!std::filesystem::exists(status)) {
    return fail(ErrorKind::kInput, cat(path.string(), ": no such file"));
  }
  if (!std::filesystem::is_regular_file(status)) {
    return fail(ErrorKind::kInput, cat(path.string(), ": not a regular file"));
  }
  const auto size = std::filesystem::file_size(path, error);
  if (error) return fail(ErrorKind::kInput, cat(path.string(), ": ", error.message()));
  if (size > max_bytes) {
    return fail(ErrorKind::kInput,
                cat(path.string(), ": ", size, " bytes; at most ", max_bytes, " are read"));
  }
  std::string bytes(size, '\0');
  std::ifstream in(path, std::ios::binary);
  if (!in || !in.read(bytes.data(), static_cast<std::streamsize>(size))) {
    return fail(ErrorKind::kInput, cat(path.string(), ": cannot be read: ", reason()));
  }
  return bytes;
}

Status write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                             unsigned mode) {
  return write_file_atomically(
      path, [&](const WritePiece& write) { return write(bytes); }, mode);
}

Status write_file_atomically(const std::filesystem::path& path,
                             const std::function<Status(const WritePiece&)>& write, unsigned mode) {
  std::error_code error;
  const auto folder = path.has_parent_path() ? path.parent_path() : std::filesystem::path(".");
  std::filesystem::create_directories(folder, error);
  if (error) {
    return fail(ErrorKind::kOutput, cat(folder.string(), ": cannot be created: ", error.message()));
  }
  static std::atomic<unsigned> counter{0};
  const std::string temporary =
      cat(path.string(), ".", ::getpid(), ".", counter.fetch_add(1), ".tmp");
  const auto give_up = [&](std::string_view step) -> Status {
    const std::string why = reason();
    ::unlink(temporary.c_str());
    return fail(ErrorKind::kOutput, cat(path.string(), ": cannot ", step, ": ", why));
  };
  {
    const Descriptor file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (file.get() < 0) return give_up("be created");
    // The umask may have taken bits away, or a caller may want fewer than it leaves.
    if (::fchmod(file.get(), mode) != 0) return give_up("set its mode");
    bool whole = true;
    const Status written = write([&](std::string_view piece) -> Status {
      whole = whole && write_all(file.get(), piece);
      if (!whole) return fail(ErrorKind::kOutput, "cannot be written");
      return {};
    });
    if (!whole) return give_up("be written");
    if (!written) {
      ::unlink(temporary.c_str());
      return written;
    }
    if (::fsync(file.get()) != 0) return give_up("be synced to disk");
  }
  if (std::rename(temporary.c_str(), path.c_str()) != 0) return give_up("be renamed into place");
  // The rename itself must survive a power cut.
  const Descriptor directory(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());
  return {};
}

}  // namespace slava
