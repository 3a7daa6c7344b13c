// Grey values after the modality LUT into the picture that a radiologist expects, 0..255.
#pragma once

#include <optional>

#include "image/image.h"
#include "image/lookup_table.h"

namespace slava {

// A window of a film (PS3.3 C.11.2.1.2).
struct Window {
  enum class Function { kLinear, kLinearExact, kSigmoid };
  double center = 0;
  double width = 1;
  Function function = Function::kLinear;

  // 0 to 1.
  double apply(double value) const;
};

// The first of the file's windows; nullopt without one that can be used.
std::optional<Window> read_window(DcmDataset& data);

// By a window or a VOI LUT; `low_is_white` inverts what comes out of it.
GrayImage display_by_window(int width, int height, const std::vector<float>& values,
                            bool low_is_white, const Window& window);
GrayImage display_by_table(int width, int height, const std::vector<float>& values,
                           bool low_is_white, const LookupTable& table);

// By the values' own range, for files that bring neither. Rounded; a constant picture is black.
GrayImage display_by_range(int width, int height, const std::vector<float>& values,
                           bool low_is_white);

}  // namespace slava
