// A grey picture of any size into the numbers that the pixel check looks at. The same numbers as
// scripts/film_check/features.py makes for training. Never here: the network.
#pragma once

#include <vector>

#include "image/image.h"

namespace slava {

inline constexpr int kThumbnailSide = 64;

// Means over equal parts of the picture, row-major [64, 64]; the aspect ratio is lost.
std::vector<double> thumbnail_of(const GrayImage& picture);

// Of a thumbnail: for each of 8 x 8 cells a histogram of the edges' 8 directions, then a picture of
// 16 x 16. 768 numbers.
std::vector<float> film_features(const std::vector<double>& thumbnail);

}  // namespace slava
