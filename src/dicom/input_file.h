// A film's bytes, whether it is a file of its own or one in a zip archive. The path of the latter
// goes on behind the archive's: "study.zip/IMAGES/IM1".
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"

namespace slava {

// No film is larger.
inline constexpr size_t kMaxFilmFileBytes = size_t{1} << 30;

struct ArchivePath {
  std::filesystem::path archive;
  std::string name;  // within it
};

// nullopt for what exists by itself, and where no part of the path is a file.
std::optional<ArchivePath> split_archive_path(const std::filesystem::path& path);

// Whether there is such a file, or such a file in an archive.
bool is_input_file(const std::filesystem::path& path);

// All bytes, or those of the beginning. kInput names the file: missing, unreadable, too large.
Result<std::string> read_input_file(const std::filesystem::path& path,
                                    size_t max_bytes = kMaxFilmFileBytes);
Result<std::string> read_input_head(const std::filesystem::path& path, size_t max_bytes);

// Size in bytes and time of the last change, of the archive where the file is in one: together with
// the path they tell whether an input is still the same. 0 for what is not there.
struct InputStamp {
  uintmax_t bytes = 0;
  int64_t changed = 0;  // ticks of the file system's clock
};
InputStamp stamp_of_input(const std::filesystem::path& path);

}  // namespace slava
