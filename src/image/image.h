// One film's file into pixels with their photometric meaning. Never here: resizing or model input.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "study/study.h"

namespace slava {

// Eight-bit grey, black 0 to white 255, row-major [height, width].
struct GrayImage {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;
};

struct Image {
  int width = 0;
  int height = 0;
  // After the modality LUT or rescale, before any window: row-major [height, width]. Padding
  // pixels (PixelPaddingValue) hold the smallest (MONOCHROME1: largest) value of the others.
  std::vector<float> values;
  // True where small values are bright: MONOCHROME1.
  bool low_is_white = false;
  int bits_stored = 8;
  // The picture a radiologist expects: first window or VOI LUT of the file, else minimum-maximum;
  // overlays hidden; bright is dense in any photometric interpretation. A PNG or JPEG of 8 bit is
  // such a picture already and keeps its values.
  GrayImage display;
  // Row and column spacing in mm where the file tells (PixelSpacing, else ImagerPixelSpacing).
  std::optional<std::array<double, 2>> pixel_spacing_mm;
  // Height of a pixel over its width; 1 for square pixels (PixelAspectRatio).
  double pixel_aspect = 1.0;
  // SHA-256 of the file's bytes.
  std::string file_sha256;
};

// Reads DICOM (uncompressed, deflated, RLE, JPEG, JPEG-LS, JPEG 2000, HTJ2K), PNG or JPEG of 8 or
// 16 bit, grey or in colour, which becomes its luminance; what is really coloured is refused. The
// path may lead into a zip archive. kInput names file, what was expected and what was found; a
// truncated file is an error, never a half image.
Result<Image> load_image(const std::filesystem::path& path, FilmFormat format);

// The same of a file's bytes; `name` is for messages.
Result<Image> decode_image(std::string_view bytes, FilmFormat format, const std::string& name);

}  // namespace slava
