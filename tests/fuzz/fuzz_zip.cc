// Zip archives: the list of files, and each of them read; sizes that are only claimed cost nothing.
#include "dicom/zip_archive.h"
#include "fuzz/target.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  slava::fuzz::be_silent();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto archive = slava::ZipArchive::of_bytes(bytes, "in.zip");
  if (!archive) return 0;
  for (const std::string& name : (*archive)->names()) {
    if (name.front() == '/' || name.starts_with("../") || name.find("/../") != std::string::npos) {
      slava::fuzz::stop("a name that leads out of the archive");
    }
    const auto read = (*archive)->read(name);
    if (read && read->size() > (size + 64) * slava::ZipArchive::kMaxRatio) {
      slava::fuzz::stop("more bytes than the ratio allows");
    }
  }
  return 0;
}
