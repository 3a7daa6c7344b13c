// Paths of files, folders and zip archives into the files in them, each once, in a fixed order.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "dicom/zip_archive.h"

namespace slava {

struct FoundFile {
  std::filesystem::path path;
  bool named = false;  // given itself, not found in a folder
  // Its folder below the folder that was given, "a/b"; empty for a file directly in that one.
  std::string sub_folder;
  std::filesystem::path given;  // what was given and led to it
  // The archive that holds it, open; `path` is then the archive's with the file's name behind it.
  std::shared_ptr<ZipArchive> archive;
  std::string archived_name;
  std::optional<Error> error;  // an archive that cannot be opened
};

// Recursive. A file named .zip that is a zip archive counts as a folder of its name without the
// suffix, or as the folder given where it was given itself; archives in archives stay closed.
// Hidden entries and links to folders are left out (so no loop can arise), links to files are
// followed; a file reached twice, or one of `leave_out` (canonical paths), is left out. A folder
// that cannot be listed is a warning in the log. kInput when a given path does not exist.
Result<std::vector<FoundFile>> walk(std::vector<std::filesystem::path> paths,
                                    const std::set<std::filesystem::path>& leave_out);

// The path that two names of one file share.
std::filesystem::path canonical_path(const std::filesystem::path& path);

}  // namespace slava
