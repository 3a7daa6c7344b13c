// PNG and JPEG films, by the magic that the file shows.
#include "dicom/file_kind.h"
#include "fuzz/target.h"
#include "image/image.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  slava::fuzz::be_silent();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const bool is_png = slava::kind_of_bytes(bytes) == slava::FileKind::kPng;
  const auto image = slava::decode_image(
      bytes, is_png ? slava::FilmFormat::kPng : slava::FilmFormat::kJpeg, "film");
  if (image) slava::fuzz::check_image(*image);
  return 0;
}
