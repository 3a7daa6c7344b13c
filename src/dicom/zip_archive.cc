#include "dicom/zip_archive.h"

#include <zip.h>

#include <algorithm>
#include <limits>

#include "base/log.h"
#include "base/strings.h"

namespace slava {
namespace {

std::string text_of(const zip_error_t* error) {
  // libzip keeps the text in the error.
  return zip_error_strerror(const_cast<zip_error_t*>(error));
}

bool is_safe_name(std::string_view name) {
  if (name.empty() || name.front() == '/') return false;
  for (const char c : name) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f || c == '\\') return false;
  }
  for (const std::string& part : split(name, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

bool is_hidden(std::string_view name) {
  // Archives made on a Mac carry a shadow of each file there.
  return name.front() == '.' || name.find("/.") != std::string_view::npos ||
         name.starts_with("__MACOSX/");
}

struct CloseFile {
  void operator()(zip_file_t* file) const { zip_fclose(file); }
};

}  // namespace

struct ZipArchive::Handle {
  zip_t* archive = nullptr;
  ~Handle() {
    if (archive != nullptr) zip_discard(archive);
  }
};

ZipArchive::ZipArchive(std::string name)
    : name_(std::move(name)), handle_(std::make_unique<Handle>()) {}

ZipArchive::~ZipArchive() = default;

Result<std::shared_ptr<ZipArchive>> ZipArchive::open(const std::filesystem::path& path) {
  std::shared_ptr<ZipArchive> zip(new ZipArchive(path.string()));
  int code = 0;
  zip->handle_->archive = zip_open(path.c_str(), ZIP_RDONLY, &code);
  if (zip->handle_->archive == nullptr) {
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    const std::string text = text_of(&error);
    zip_error_fini(&error);
    return fail(ErrorKind::kInput, cat(path.string(),
                                       ": expected a zip archive, found a damaged or "
                                       "truncated one (",
                                       text, "); copy or export it again"));
  }
  SLAVA_TRY_STATUS(zip->list());
  return zip;
}

Result<std::shared_ptr<ZipArchive>> ZipArchive::of_bytes(std::string_view bytes,
                                                         const std::string& name) {
  std::shared_ptr<ZipArchive> zip(new ZipArchive(name));
  zip_error_t error;
  zip_error_init(&error);
  zip_source_t* source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, &error);
  if (source != nullptr) {
    zip->handle_->archive = zip_open_from_source(source, ZIP_RDONLY, &error);
    if (zip->handle_->archive == nullptr) zip_source_free(source);
  }
  const std::string text = text_of(&error);
  zip_error_fini(&error);
  if (zip->handle_->archive == nullptr) {
    return fail(ErrorKind::kInput, cat(name,
                                       ": expected a zip archive, found a damaged or "
                                       "truncated one (",
                                       text, "); copy or export it again"));
  }
  SLAVA_TRY_STATUS(zip->list());
  return zip;
}

Status ZipArchive::list() {
  const zip_int64_t count = zip_get_num_entries(handle_->archive, 0);
  if (count < 0 || static_cast<size_t>(count) > kMaxEntries) {
    return fail(ErrorKind::kInput,
                cat(name_, ": ", count, " files in the archive; expected at most ", kMaxEntries,
                    ": unpack it"));
  }
  size_t unsafe = 0;
  for (zip_uint64_t i = 0; i < static_cast<zip_uint64_t>(count); ++i) {
    const char* raw = zip_get_name(handle_->archive, i, 0);
    const std::string name = raw == nullptr ? "" : raw;
    if (name.ends_with('/')) continue;
    if (!is_safe_name(name)) {
      ++unsafe;
    } else if (!is_hidden(name)) {
      names_.push_back(name);
    }
  }
  if (unsafe > 0) {
    log_warning(cat(name_, ": ", unsafe, " files are left out: their names are no relative paths"));
  }
  std::sort(names_.begin(), names_.end());
  names_.erase(std::unique(names_.begin(), names_.end()), names_.end());
  return {};
}

Result<std::string> ZipArchive::read_part(const std::string& name, size_t max_bytes) {
  const std::string where = cat(name_, "/", name);
  zip_stat_t stat;
  zip_stat_init(&stat);
  constexpr zip_uint64_t kNeeded = ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE;
  if (zip_stat(handle_->archive, name.c_str(), 0, &stat) != 0 ||
      (stat.valid & kNeeded) != kNeeded) {
    return fail(ErrorKind::kInput, cat(where, ": no such file in the archive"));
  }
  if ((stat.valid & ZIP_STAT_ENCRYPTION_METHOD) != 0 && stat.encryption_method != ZIP_EM_NONE) {
    return fail(ErrorKind::kInput, cat(where, ": encrypted; unpack the archive with its password"));
  }
  if (stat.size > kMaxEntryBytes) {
    return fail(ErrorKind::kInput,
                cat(where, ": ", stat.size >> 20, " MiB unpacked; expected at most ",
                    kMaxEntryBytes >> 20, " MiB"));
  }
  if (stat.size > (stat.comp_size + 64) * kMaxRatio) {
    return fail(ErrorKind::kInput,
                cat(where, ": ", stat.comp_size, " bytes claim to unpack into ", stat.size,
                    "; expected at most ", kMaxRatio, " times as many"));
  }
  const auto damaged = [&](const std::string& reason) {
    return fail(ErrorKind::kInput,
                cat(where, ": damaged in the archive (", reason, "); copy or export it again"));
  };
  const std::unique_ptr<zip_file_t, CloseFile> file(zip_fopen(handle_->archive, name.c_str(), 0));
  if (!file) return damaged(text_of(zip_get_error(handle_->archive)));
  const size_t wanted = std::min<size_t>(stat.size, max_bytes);
  std::string bytes;
  std::string piece(size_t{256} << 10, '\0');
  while (bytes.size() < wanted) {
    const zip_int64_t got =
        zip_fread(file.get(), piece.data(), std::min(piece.size(), wanted - bytes.size()));
    if (got < 0) return damaged(text_of(zip_file_get_error(file.get())));
    if (got == 0) return damaged("it ends early");
    bytes.append(piece, 0, static_cast<size_t>(got));
  }
  // libzip compares the checksum when it reaches the end.
  if (wanted == stat.size && zip_fread(file.get(), piece.data(), 1) != 0) {
    return damaged("its checksum or size is wrong");
  }
  return bytes;
}

Result<std::string> ZipArchive::read(const std::string& name) {
  return read_part(name, kMaxEntryBytes);
}

Result<std::string> ZipArchive::read_head(const std::string& name, size_t max_bytes) {
  return read_part(name, max_bytes);
}

}  // namespace slava
