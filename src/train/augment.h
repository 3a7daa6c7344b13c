// Small random changes of a film in training: rotation, shift, size, contrast. Never a mirror
// image: left must stay left.
#pragma once

#include <cstdint>

#include "image/image.h"

namespace slava {

struct AugmentOptions {
  double rotate_deg = 0;  // largest rotation
  double shift = 0;       // largest shift, share of the side
  double scale = 0;       // largest change of size
  double contrast = 0;    // largest change of contrast and, halved, of brightness
};

// The same seed gives the same picture. Uncovered corners are black, as beyond a collimator.
GrayImage augment(const GrayImage& picture, const AugmentOptions& options, uint64_t seed);

}  // namespace slava
