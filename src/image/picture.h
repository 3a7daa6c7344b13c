// PNG and JPEG bytes into grey values; the two decoders share what comes out and the limits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace slava {

// More pixels than any radiograph has; a file that claims more is damaged or hostile.
inline constexpr int64_t kMaxPixels = 100'000'000;
// DICOM and JPEG count rows and columns in 16 bits.
inline constexpr int64_t kMaxSide = 65'535;

struct GreyValues {
  int width = 0;
  int height = 0;
  int bits = 8;               // 8 or 16
  std::vector<float> values;  // row-major [height, width], 0 .. 2^bits - 1
};

// Every PNG: grey, RGB, palette, with or without alpha (which is dropped), 1 to 16 bit, interlaced
// or not. kInput says what is wrong, without the file's name.
Result<GreyValues> decode_png(std::string_view bytes);

// Grey or colour JPEG of 8 bit. A stream that ends early is an error.
Result<GreyValues> decode_jpeg(std::string_view bytes);

// kInput unless both are 1 to kMaxSide and their product is at most kMaxPixels.
Status check_size(int64_t width, int64_t height);

}  // namespace slava
