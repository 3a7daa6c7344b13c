// Whole files in and out. Writing is atomic: a reader sees the old file or the new one, never half.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace slava {

// Mode of every result: the owner writes, the group reads, others see nothing.
inline constexpr unsigned kResultMode = 0640;

// The file's bytes. kInput when it is missing, unreadable, not a regular file, or larger than
// `max_bytes`.
Result<std::string> read_file(const std::filesystem::path& path,
                              size_t max_bytes = size_t{1} << 32);

// Writes a temporary file beside `path`, syncs it and renames it over `path`; creates missing
// parent folders. kOutput with the system's reason.
Status write_file_atomically(const std::filesystem::path& path, std::string_view bytes,
                             unsigned mode = kResultMode);

// The same for a file that is too large for memory, one piece after the other. `write` is called
// once and hands each piece to the function that it gets; an error ends the writing and leaves the
// old file.
using WritePiece = std::function<Status(std::string_view)>;
Status write_file_atomically(const std::filesystem::path& path,
                             const std::function<Status(const WritePiece&)>& write,
                             unsigned mode = kResultMode);

}  // namespace slava
