#include <turbojpeg.h>

#include <memory>
#include <type_traits>

#include "base/strings.h"
#include "image/colour.h"
#include "image/picture.h"

namespace slava {
namespace {

struct CloseHandle {
  void operator()(void* handle) const { tjDestroy(handle); }
};

}  // namespace

Result<GreyValues> decode_jpeg(std::string_view bytes) {
  const std::unique_ptr<void, CloseHandle> handle(tjInitDecompress());
  if (!handle) return fail(ErrorKind::kInternal, "TurboJPEG has no memory");
  const auto failed = [&] {
    return fail(ErrorKind::kInput,
                cat("the JPEG picture is damaged, truncated or of a kind that is "
                    "not read (",
                    tjGetErrorStr2(handle.get()), ")"));
  };
  const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
  GreyValues grey;
  int subsampling = 0;
  int colour_space = 0;
  if (tjDecompressHeader3(handle.get(), data, bytes.size(), &grey.width, &grey.height, &subsampling,
                          &colour_space) != 0) {
    return failed();
  }
  SLAVA_TRY_STATUS(check_size(grey.width, grey.height));
  if (colour_space == TJCS_CMYK || colour_space == TJCS_YCCK) {
    return fail(ErrorKind::kInput, "a CMYK picture; expected a grey or RGB radiograph");
  }
  const bool is_grey = colour_space == TJCS_GRAY;
  const size_t count = static_cast<size_t>(grey.width) * static_cast<size_t>(grey.height);
  std::vector<unsigned char> pixels(count * (is_grey ? 1 : 3));
  // libjpeg fills what a truncated stream leaves out and only warns: a warning is an error here.
  if (tjDecompress2(handle.get(), data, bytes.size(), pixels.data(), grey.width, 0, grey.height,
                    is_grey ? TJPF_GRAY : TJPF_RGB,
                    TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING | TJFLAG_LIMITSCANS) != 0) {
    return failed();
  }
  if (is_grey) {
    grey.values.assign(pixels.begin(), pixels.end());
    return grey;
  }
  SLAVA_TRY(grey.values, grey_of_rgb(std::vector<uint16_t>(pixels.begin(), pixels.end()), 8));
  return grey;
}

}  // namespace slava
