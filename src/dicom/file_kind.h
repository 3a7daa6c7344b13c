// What a file's first bytes say it is; nothing is parsed.
#pragma once

#include <filesystem>
#include <string_view>

#include "base/result.h"

namespace slava {

enum class FileKind { kDicom, kPng, kJpeg, kZip, kText, kEmpty, kUnknown };

// Reads at most 4 KiB. DICOM is "DICM" at byte 128. kInput when the file cannot be read.
Result<FileKind> file_kind(const std::filesystem::path& path);
FileKind kind_of_bytes(std::string_view bytes);

// For messages: "a PNG picture", "plain text", "an empty file", ...
std::string_view describe(FileKind kind);

}  // namespace slava
