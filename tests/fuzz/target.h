// What the fuzz targets share. Each of them is one function over bytes, run by libFuzzer
// (scripts/fuzz.sh) and, over the kept corpus, by replay_main.cc in the ordinary build.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "base/log.h"
#include "image/image.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace slava::fuzz {

[[noreturn]] inline void stop(const char* what) {
  std::fprintf(stderr, "fuzz: %s\n", what);
  std::abort();
}

inline void be_silent() {
  static const bool once = [] { return start_log({LogLevel::kOff, {}}).has_value(); }();
  (void)once;
}

// Whatever was accepted has to be whole.
inline void check_image(const Image& image) {
  const auto count = static_cast<size_t>(image.width) * static_cast<size_t>(image.height);
  if (image.width < 1 || image.height < 1) stop("an empty image");
  if (image.values.size() != count || image.display.pixels.size() != count) stop("a torn image");
  if (image.display.width != image.width || image.display.height != image.height) stop("two sizes");
  for (const float value : image.values) {
    if (!std::isfinite(value)) stop("a value that is no number");
  }
}

}  // namespace slava::fuzz
