// DICOM films: tags as scanning reads them, then the whole film.
#include "base/log.h"
#include "dicom/header.h"
#include "fuzz/target.h"
#include "image/image.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  slava::fuzz::be_silent();
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto header = slava::parse_dicom_header(bytes, "film.dcm");
  const auto image = slava::decode_image(bytes, slava::FilmFormat::kDicom, "film.dcm");
  if (image) slava::fuzz::check_image(*image);
  // A film whose tags cannot be read is never found, so its pixels must not be readable either.
  if (image && !header) slava::fuzz::stop("pixels without tags");
  return 0;
}
