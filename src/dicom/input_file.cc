#include "dicom/input_file.h"

#include <algorithm>
#include <fstream>

#include "base/file.h"
#include "base/strings.h"
#include "dicom/zip_archive.h"

namespace slava {
namespace {

namespace fs = std::filesystem;

Result<std::string> read_archived(const ArchivePath& place, size_t max_bytes) {
  SLAVA_TRY(const auto archive, ZipArchive::open(place.archive));
  return archive->read_head(place.name, max_bytes);
}

}  // namespace

std::optional<ArchivePath> split_archive_path(const fs::path& path) {
  std::error_code error;
  if (fs::exists(path, error)) return std::nullopt;
  fs::path archive = path;
  fs::path name;
  while (archive.has_relative_path() && archive.has_filename()) {
    name = name.empty() ? archive.filename() : archive.filename() / name;
    archive = archive.parent_path();
    if (fs::is_regular_file(archive, error)) return ArchivePath{archive, name.generic_string()};
    if (fs::exists(archive, error)) break;
  }
  return std::nullopt;
}

bool is_input_file(const fs::path& path) {
  std::error_code error;
  if (fs::is_regular_file(path, error)) return true;
  const auto place = split_archive_path(path);
  if (!place) return false;
  const auto archive = ZipArchive::open(place->archive);
  if (!archive) return false;
  const auto& names = (*archive)->names();
  return std::binary_search(names.begin(), names.end(), place->name);
}

Result<std::string> read_input_file(const fs::path& path, size_t max_bytes) {
  if (const auto place = split_archive_path(path)) return read_archived(*place, max_bytes);
  return read_file(path, max_bytes);
}

Result<std::string> read_input_head(const fs::path& path, size_t max_bytes) {
  if (const auto place = split_archive_path(path)) return read_archived(*place, max_bytes);
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorKind::kInput, cat(path.string(), ": cannot be opened"));
  std::string bytes(max_bytes, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad()) return fail(ErrorKind::kInput, cat(path.string(), ": cannot be read"));
  bytes.resize(static_cast<size_t>(in.gcount()));
  return bytes;
}

InputStamp stamp_of_input(const fs::path& path) {
  const auto place = split_archive_path(path);
  const fs::path& file = place ? place->archive : path;
  std::error_code error;
  InputStamp stamp;
  const auto size = fs::file_size(file, error);
  if (error) return stamp;
  stamp.bytes = size;
  stamp.changed = fs::last_write_time(file, error).time_since_epoch().count();
  return stamp;
}

}  // namespace slava
