#include <exception>

#include "base/file.h"
#include "base/hash.h"
#include "base/strings.h"
#include "image/dicom_image.h"
#include "image/display.h"
#include "image/image.h"
#include "image/picture.h"

namespace slava {
namespace {

constexpr size_t kMaxPictureBytes = size_t{1} << 30;

Result<Image> load_picture(const std::filesystem::path& path, FilmFormat format) {
  SLAVA_TRY(const std::string bytes, read_file(path, kMaxPictureBytes));
  auto grey = format == FilmFormat::kPng ? decode_png(bytes) : decode_jpeg(bytes);
  if (!grey) return fail(grey.error().in(path.string()));
  Image image;
  image.width = grey->width;
  image.height = grey->height;
  image.bits_stored = grey->bits;
  image.values = std::move(grey->values);
  image.display = display_by_range(image.width, image.height, image.values, false);
  image.file_sha256 = sha256_hex(bytes);
  return image;
}

Result<Image> load_dicom(const std::filesystem::path& path) {
  SLAVA_TRY(Image image, load_dicom_image(path));
  SLAVA_TRY(image.file_sha256, sha256_file(path));
  return image;
}

}  // namespace

Result<Image> load_image(const std::filesystem::path& path, FilmFormat format) {
  try {
    return format == FilmFormat::kDicom ? load_dicom(path) : load_picture(path, format);
  } catch (const std::exception& exception) {
    return fail(ErrorKind::kInput, cat(path.string(), ": ", exception.what()));
  }
}

}  // namespace slava
