#include "image/display.h"

#include <algorithm>
#include <cmath>

namespace slava {

GrayImage display_by_range(int width, int height, const std::vector<float>& values,
                           bool low_is_white) {
  GrayImage display{width, height, std::vector<uint8_t>(values.size(), 0)};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (values.empty() || *low == *high) return display;
  const double minimum = *low;
  const double range = static_cast<double>(*high) - minimum;
  for (size_t i = 0; i < values.size(); ++i) {
    const double grey = std::floor((values[i] - minimum) / range * 255.0 + 0.5);
    display.pixels[i] = static_cast<uint8_t>(low_is_white ? 255.0 - grey : grey);
  }
  return display;
}

}  // namespace slava
