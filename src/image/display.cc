#include "image/display.h"

#include <algorithm>
#include <cmath>

#include "base/log.h"
#include "base/strings.h"

namespace slava {
namespace {

// `shown_of` gives 0 to 1.
template <typename Function>
GrayImage display_by(int width, int height, const std::vector<float>& values, bool low_is_white,
                     Function shown_of) {
  GrayImage display{width, height, std::vector<uint8_t>(values.size(), 0)};
  for (size_t i = 0; i < values.size(); ++i) {
    const double grey = std::floor(std::clamp(shown_of(values[i]), 0.0, 1.0) * 255.0 + 0.5);
    display.pixels[i] = static_cast<uint8_t>(low_is_white ? 255.0 - grey : grey);
  }
  return display;
}

}  // namespace

double Window::apply(double value) const {
  switch (function) {
    case Function::kLinearExact:
      return (value - center) / width + 0.5;
    case Function::kSigmoid:
      return 1.0 / (1.0 + std::exp(-4.0 * (value - center) / width));
    case Function::kLinear:
      break;
  }
  // The middle of the widest integer step; a width of 1 is a threshold.
  if (width == 1.0) return value > center - 0.5 ? 1.0 : 0.0;
  return (value - (center - 0.5)) / (width - 1.0) + 0.5;
}

std::optional<Window> read_window(DcmDataset& data) {
  const std::vector<double> centers = numbers_of(data, DCM_WindowCenter);
  const std::vector<double> widths = numbers_of(data, DCM_WindowWidth);
  if (centers.empty() || widths.empty()) return std::nullopt;
  Window window{centers[0], widths[0], Window::Function::kLinear};
  const std::string function = text_of(data, DCM_VOILUTFunction);
  if (function == "LINEAR_EXACT") window.function = Window::Function::kLinearExact;
  if (function == "SIGMOID") window.function = Window::Function::kSigmoid;
  const double narrowest = window.function == Window::Function::kLinear ? 1.0 : 0.0;
  if (window.width < narrowest || window.width == 0.0) {
    log_debug(cat("a window of width ", window.width, " is not used"));
    return std::nullopt;
  }
  return window;
}

GrayImage display_by_window(int width, int height, const std::vector<float>& values,
                            bool low_is_white, const Window& window) {
  return display_by(width, height, values, low_is_white,
                    [&](float value) { return window.apply(value); });
}

GrayImage display_by_table(int width, int height, const std::vector<float>& values,
                           bool low_is_white, const LookupTable& table) {
  const double highest = (1 << table.bits) - 1;
  return display_by(width, height, values, low_is_white,
                    [&](float value) { return table.at(value) / highest; });
}

GrayImage display_by_range(int width, int height, const std::vector<float>& values,
                           bool low_is_white) {
  if (values.empty()) return {width, height, {}};
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  if (*low == *high) return {width, height, std::vector<uint8_t>(values.size(), 0)};
  const double minimum = *low;
  const double range = static_cast<double>(*high) - minimum;
  return display_by(width, height, values, low_is_white,
                    [&](float value) { return (value - minimum) / range; });
}

}  // namespace slava
