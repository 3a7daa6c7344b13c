// A JPEG 2000 or high-throughput JPEG 2000 (HTJ2K) code stream into samples, by OpenJPEG.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace slava {

struct Jpeg2000Frame {
  int width = 0;
  int height = 0;
  int components = 1;
  int precision = 8;  // bits of a sample as the stream says
  // Row-major [height, width, components]; negative where the stream is signed.
  std::vector<int32_t> samples;
};

// `bytes` may have the boxes of a JP2 file around the stream; they are not looked at. kInput,
// without the file's name, for a damaged or truncated stream, and, before anything of its size is
// allocated, for one that is not `width` x `height` with `components` of at most 16 bit.
Result<Jpeg2000Frame> decode_jpeg2000(std::string_view bytes, int width, int height,
                                      int components);

}  // namespace slava
