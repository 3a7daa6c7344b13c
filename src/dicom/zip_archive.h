// Zip archives of films: what is in them, and one file's bytes at a time. Never here: writing to
// disk, so that no name in an archive can lead anywhere.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace slava {

class ZipArchive {
 public:
  // Bounds of what an archive may claim; beyond them it is refused.
  static constexpr size_t kMaxEntries = 100'000;
  static constexpr size_t kMaxEntryBytes = size_t{1} << 30;
  // Deflate itself cannot do more than 1032; a blank film comes close to it.
  static constexpr size_t kMaxRatio = 1100;

  // kInput names the file: no zip archive, damaged, truncated, too many entries.
  static Result<std::shared_ptr<ZipArchive>> open(const std::filesystem::path& path);
  // `bytes` must outlive the archive.
  static Result<std::shared_ptr<ZipArchive>> of_bytes(std::string_view bytes,
                                                      const std::string& name);
  ~ZipArchive();
  ZipArchive(const ZipArchive&) = delete;
  ZipArchive& operator=(const ZipArchive&) = delete;

  // Names of the files in it, sorted; folders and hidden files are left out. Names that are
  // absolute, climb by "..", or hold control characters or backslashes are left out with a warning.
  const std::vector<std::string>& names() const { return names_; }

  // At most `max_bytes` from the file's beginning, or all of it where its checksum is right. kInput
  // names archive and file: missing, encrypted, damaged, too large, compressed beyond kMaxRatio.
  Result<std::string> read(const std::string& name);
  Result<std::string> read_head(const std::string& name, size_t max_bytes);

 private:
  struct Handle;
  explicit ZipArchive(std::string name);
  Status list();
  Result<std::string> read_part(const std::string& name, size_t max_bytes);

  std::string name_;
  std::unique_ptr<Handle> handle_;
  std::vector<std::string> names_;
};

}  // namespace slava
