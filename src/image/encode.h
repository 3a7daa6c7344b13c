// Eight-bit grey pictures into JPEG and PNG bytes, for pages and tests.
#pragma once

#include <string>

#include "image/image.h"

namespace slava {

// At most `max_side` pixels on the longer side (smaller ones are kept), JPEG `quality` 1..100.
Result<std::string> encode_jpeg(const GrayImage& image, int max_side, int quality);

// RGB, row-major [height, width, 3].
struct RgbImage {
  int width = 0;
  int height = 0;
  std::vector<uint8_t> pixels;
};
Result<std::string> encode_png(const RgbImage& image);
Result<std::string> encode_png(const GrayImage& image);

}  // namespace slava
