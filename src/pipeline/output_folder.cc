#include "pipeline/output_folder.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/file.h"
#include "base/strings.h"
#include "writers/writer.h"

namespace slava {
namespace {

namespace fs = std::filesystem;

constexpr fs::perms kFolderMode =
    fs::perms::owner_all | fs::perms::group_read | fs::perms::group_exec;

// A folder that is there already keeps its mode.
Status create_folder(const fs::path& path) {
  std::error_code error;
  const bool created = fs::create_directories(path, error);
  if (!error && created) fs::permissions(path, kFolderMode, error);
  if (!error && !fs::is_directory(path, error))
    error = std::make_error_code(std::errc::not_a_directory);
  if (error) {
    return fail(ErrorKind::kOutput, cat(path.string(), ": cannot be created: ", error.message(),
                                        "; give --output a folder in a place where you may write"));
  }
  return {};
}

Status remove_file(const fs::path& path) {
  std::error_code error;
  fs::remove(path, error);
  if (!error) return {};
  return fail(ErrorKind::kOutput, cat(path.string(), ": cannot be removed: ", error.message()));
}

}  // namespace

std::string file_stem(const std::string& name, const Shard& shard) {
  if (shard.count == 1) return name;
  return cat(name, "-", shard.index, "-of-", shard.count);
}

OutputFolder::OutputFolder(fs::path path, Shard shard, int lock_fd)
    : path_(std::move(path)), shard_(shard), lock_fd_(lock_fd) {}

OutputFolder::OutputFolder(OutputFolder&& other) noexcept
    : path_(std::move(other.path_)),
      shard_(other.shard_),
      lock_fd_(std::exchange(other.lock_fd_, -1)) {}

OutputFolder::~OutputFolder() {
  if (lock_fd_ >= 0) ::close(lock_fd_);
}

Result<OutputFolder> OutputFolder::open(const fs::path& path, const Shard& shard) {
  SLAVA_TRY_STATUS(create_folder(path));
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  OutputFolder folder(path, shard, fd);
  // File systems without locks give other errors; there the user has to take care.
  const int kind = shard.count == 1 ? LOCK_EX : LOCK_SH;
  if (fd >= 0 && ::flock(fd, kind | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return fail(ErrorKind::kUsage, cat(path.string(),
                                       ": another run is writing here; wait for it, take another "
                                       "--output, or share the work with --shard in every run"));
  }
  return folder;
}

Status OutputFolder::write_study(const StudyRecord& record,
                                 const std::vector<ReportFile>& files) const {
  const fs::path folder = study_folder(record.study_id);
  SLAVA_TRY_STATUS(create_folder(folder));
  // From here to the new record the study counts as not done.
  SLAVA_TRY_STATUS(remove_file(folder / kRecordFile));
  for (const auto& [name, bytes] : files) {
    SLAVA_TRY_STATUS(write_file_atomically(folder / name, bytes));
  }
  for (const Writer& writer : writers()) {
    const bool written = std::any_of(files.begin(), files.end(), [&](const ReportFile& file) {
      return file.first == writer.file_name;
    });
    if (!written) SLAVA_TRY_STATUS(remove_file(folder / writer.file_name));
  }
  return write_record(folder, record);
}

Status OutputFolder::remove_study(const std::string& study_id) const {
  const fs::path folder = study_folder(study_id);
  std::error_code error;
  if (!fs::is_directory(folder, error)) return {};
  for (const Writer& writer : writers()) {
    SLAVA_TRY_STATUS(remove_file(folder / writer.file_name));
  }
  SLAVA_TRY_STATUS(remove_file(folder / kRecordFile));
  // Stays where the user keeps more in it.
  fs::remove(folder, error);
  return {};
}

Status OutputFolder::write_run(const nlohmann::ordered_json& run) const {
  return write_file_atomically(
      path_ / (file_stem("run", shard_) + ".json"),
      run.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n");
}

std::map<std::string, StudyResult> OutputFolder::earlier_results() const {
  std::map<std::string, StudyResult> by_study;
  for (StudyResult& row : read_results(path_ / (file_stem("results", shard_) + ".jsonl"))) {
    by_study[row.study_id] = row;
  }
  return by_study;
}

Result<ResultsLog> OutputFolder::start_results(const std::vector<StudyResult>& rows) const {
  return ResultsLog::start(path_, file_stem("results", shard_), rows);
}

}  // namespace slava
