// Grey values to 0..255 by their own range, for files that bring no window.
#pragma once

#include "image/image.h"

namespace slava {

// Rounded; a constant picture is black. `low_is_white` turns small values bright.
GrayImage display_by_range(int width, int height, const std::vector<float>& values,
                           bool low_is_white);

}  // namespace slava
