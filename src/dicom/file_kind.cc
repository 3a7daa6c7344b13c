#include "dicom/file_kind.h"

#include <fstream>
#include <string>

#include "base/strings.h"

namespace slava {
namespace {

// No control characters, and mostly ASCII: enough to tell notes from pixels.
bool is_text(std::string_view bytes) {
  size_t ascii = 0;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 && c != '\n' && c != '\r' && c != '\t' && c != '\f') return false;
    if (byte < 0x80) ++ascii;
  }
  return ascii * 2 > bytes.size();
}

}  // namespace

Result<FileKind> file_kind(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) return fail(ErrorKind::kInput, cat(path.string(), ": cannot be opened"));
  std::string bytes(4096, '\0');
  in.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (in.bad()) return fail(ErrorKind::kInput, cat(path.string(), ": cannot be read"));
  bytes.resize(static_cast<size_t>(in.gcount()));

  const std::string_view head = bytes;
  if (head.empty()) return FileKind::kEmpty;
  if (head.size() >= 132 && head.substr(128, 4) == "DICM") return FileKind::kDicom;
  if (head.starts_with("\x89PNG\r\n\x1a\n")) return FileKind::kPng;
  if (head.starts_with("\xff\xd8\xff")) return FileKind::kJpeg;
  return is_text(head) ? FileKind::kText : FileKind::kUnknown;
}

std::string_view describe(FileKind kind) {
  switch (kind) {
    case FileKind::kDicom:
      return "a DICOM file";
    case FileKind::kPng:
      return "a PNG picture";
    case FileKind::kJpeg:
      return "a JPEG picture";
    case FileKind::kText:
      return "plain text";
    case FileKind::kEmpty:
      return "an empty file";
    case FileKind::kUnknown:
      break;
  }
  return "bytes of no known format";
}

}  // namespace slava
