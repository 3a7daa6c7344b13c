// Colour samples into grey values by luminance (Rec. 601). A radiograph's channels are equal but
// for compression and a coloured mark: equal channels keep their value exactly, a picture that is
// really coloured is refused.
#pragma once

#include <cstdint>
#include <vector>

#include "image/stored_pixels.h"

namespace slava {

// Red, green and blue interleaved, of `bits` each. kInput for a coloured picture.
Result<std::vector<float>> grey_of_rgb(const std::vector<uint16_t>& rgb, int bits);

struct GreySamples {
  std::vector<float> values;  // 0 .. 2^bits - 1
  int bits = 8;
};

// Of a film whose layout is not grey; `data` has the palette. kInput, without the file's name.
Result<GreySamples> grey_of_colour(DcmDataset& data, const StoredPixels& stored);

}  // namespace slava
