#include "image/picture.h"

#include "base/strings.h"

namespace slava {

Status check_size(int64_t width, int64_t height) {
  if (width < 1 || height < 1 || width > kMaxSide || height > kMaxSide ||
      width * height > kMaxPixels) {
    return fail(ErrorKind::kInput,
                cat("the picture is ", width, " x ", height, " pixels; expected 1 to ",
                    kMaxPixels / 1'000'000, " million in all, sides up to ", kMaxSide));
  }
  return {};
}

}  // namespace slava
