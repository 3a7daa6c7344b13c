#include "dicom/file_kind.h"

#include <string>

#include "dicom/input_file.h"

namespace slava {
namespace {

constexpr size_t kHeadBytes = 4096;

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
  SLAVA_TRY(const std::string bytes, read_input_head(path, kHeadBytes));
  return kind_of_bytes(bytes);
}

FileKind kind_of_bytes(std::string_view bytes) {
  const std::string_view head = bytes.substr(0, kHeadBytes);
  if (head.empty()) return FileKind::kEmpty;
  if (head.size() >= 132 && head.substr(128, 4) == "DICM") return FileKind::kDicom;
  if (head.starts_with("\x89PNG\r\n\x1a\n")) return FileKind::kPng;
  if (head.starts_with("\xff\xd8\xff")) return FileKind::kJpeg;
  // The second is an archive without entries.
  if (head.starts_with("PK\x03\x04") || head.starts_with("PK\x05\x06")) return FileKind::kZip;
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
    case FileKind::kZip:
      return "a zip archive";
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
