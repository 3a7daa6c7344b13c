#include "image/picture.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"

namespace slava {

Status check_size(int64_t width, int64_t height) {
  if (width < 1 || height < 1 || width > kMaxPixels || height > kMaxPixels ||
      width * height > kMaxPixels) {
    return fail(ErrorKind::kInput,
                cat("the picture is ", width, " x ", height, " pixels; expected 1 to ",
                    kMaxPixels / 1'000'000, " million in all"));
  }
  return {};
}

Result<std::vector<float>> grey_of_rgb(const std::vector<uint16_t>& rgb, int bits) {
  // A pixel is coloured when its channels differ by more than an eighth of the range.
  const int tolerance = 1 << (bits - 3);
  constexpr size_t kColouredPixelsPercent = 10;
  std::vector<float> grey(rgb.size() / 3);
  size_t coloured = 0;
  for (size_t i = 0; i < grey.size(); ++i) {
    const int r = rgb[3 * i];
    const int g = rgb[3 * i + 1];
    const int b = rgb[3 * i + 2];
    if (std::max({r, g, b}) - std::min({r, g, b}) > tolerance) ++coloured;
    grey[i] = std::floor((299.0f * r + 587.0f * g + 114.0f * b) / 1000.0f + 0.5f);
  }
  if (coloured * 100 > grey.size() * kColouredPixelsPercent) {
    return fail(ErrorKind::kInput, cat("a colour picture (", coloured * 100 / grey.size(),
                                       "% of its pixels are not grey); expected a radiograph"));
  }
  return grey;
}

}  // namespace slava
