// The films of scripts/make_picture_golden.py, by the same formula.
#pragma once

#include "image/image.h"

namespace slava {

// Ramps that wrap, and noise in every second tile: soft and hard edges, black and white.
inline GrayImage drawn_film(int width, int height) {
  GrayImage film{width, height, {}};
  film.pixels.reserve(static_cast<size_t>(width) * static_cast<size_t>(height));
  for (uint32_t y = 0; y < static_cast<uint32_t>(height); ++y) {
    for (uint32_t x = 0; x < static_cast<uint32_t>(width); ++x) {
      const uint32_t ramp = (x * 7 + y * 13 + ((x * y) >> 3)) & 255;
      const uint32_t noise = (((x * 73856093u) ^ (y * 19349663u)) * 2654435761u) >> 24;
      film.pixels.push_back(static_cast<uint8_t>((((x >> 4) + (y >> 4)) & 1) != 0 ? noise : ramp));
    }
  }
  return film;
}

}  // namespace slava
