#include <exception>

#include "base/hash.h"
#include "base/strings.h"
#include "dicom/input_file.h"
#include "image/dicom_image.h"
#include "image/display.h"
#include "image/image.h"
#include "image/picture.h"

namespace slava {
namespace {

Result<Image> decode_picture(std::string_view bytes, FilmFormat format, const std::string& name) {
  auto grey = format == FilmFormat::kPng ? decode_png(bytes) : decode_jpeg(bytes);
  if (!grey) return fail(grey.error().in(name));
  Image image;
  image.width = grey->width;
  image.height = grey->height;
  image.bits_stored = grey->bits;
  image.values = std::move(grey->values);
  if (image.bits_stored == 8) {
    image.display = {image.width, image.height, {image.values.begin(), image.values.end()}};
  } else {
    image.display = display_by_range(image.width, image.height, image.values, false);
  }
  return image;
}

}  // namespace

Result<Image> load_image(const std::filesystem::path& path, FilmFormat format) {
  SLAVA_TRY(const std::string bytes, read_input_file(path));
  return decode_image(bytes, format, path.string());
}

Result<Image> decode_image(std::string_view bytes, FilmFormat format, const std::string& name) {
  try {
    SLAVA_TRY(Image image, format == FilmFormat::kDicom ? decode_dicom_image(bytes, name)
                                                        : decode_picture(bytes, format, name));
    image.file_sha256 = sha256_hex(bytes);
    return image;
  } catch (const std::exception& exception) {
    return fail(ErrorKind::kInput, cat(name, ": ", exception.what()));
  }
}

}  // namespace slava
