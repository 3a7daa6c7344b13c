#include "image/encode.h"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <opencv2/imgproc.hpp>

#include "base/check.h"
#include "base/strings.h"

namespace slava {
namespace {

GrayImage shrink_to(const GrayImage& image, int max_side) {
  const int longer = std::max(image.width, image.height);
  if (longer <= max_side) return image;
  const double factor = static_cast<double>(max_side) / longer;
  GrayImage small;
  small.width = std::max(1, static_cast<int>(std::lround(image.width * factor)));
  small.height = std::max(1, static_cast<int>(std::lround(image.height * factor)));
  small.pixels.resize(static_cast<size_t>(small.width) * static_cast<size_t>(small.height));
  const cv::Mat from(image.height, image.width, CV_8U, const_cast<uint8_t*>(image.pixels.data()));
  cv::Mat to(small.height, small.width, CV_8U, small.pixels.data());
  cv::resize(from, to, to.size(), 0, 0, cv::INTER_AREA);
  return small;
}

void check_pixels(int width, int height, size_t channels, size_t bytes) {
  SLAVA_CHECK(width > 0 && height > 0);
  SLAVA_CHECK_EQ(static_cast<size_t>(width) * static_cast<size_t>(height) * channels, bytes);
}

// libpng's own whole-file writer: it returns errors instead of jumping.
Result<std::string> encode_png_pixels(int width, int height, png_uint_32 format,
                                      const std::vector<uint8_t>& pixels) {
  png_image image{};
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(width);
  image.height = static_cast<png_uint_32>(height);
  image.format = format;
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  std::string bytes(size, '\0');
  if (!png_image_write_to_memory(&image, bytes.data(), &size, 0, pixels.data(), 0, nullptr)) {
    return fail(ErrorKind::kInternal, cat("PNG encoding: ", image.message));
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

Result<std::string> encode_jpeg(const GrayImage& image, int max_side, int quality) {
  check_pixels(image.width, image.height, 1, image.pixels.size());
  SLAVA_CHECK(max_side >= 1 && quality >= 1 && quality <= 100);
  const GrayImage small = shrink_to(image, max_side);
  struct CloseHandle {
    void operator()(void* handle) const { tjDestroy(handle); }
  };
  struct FreeBuffer {
    void operator()(unsigned char* buffer) const { tjFree(buffer); }
  };
  const std::unique_ptr<void, CloseHandle> handle(tjInitCompress());
  if (!handle) return fail(ErrorKind::kInternal, "TurboJPEG has no memory");
  unsigned char* buffer = nullptr;
  unsigned long size = 0;
  const int status = tjCompress2(handle.get(), small.pixels.data(), small.width, 0, small.height,
                                 TJPF_GRAY, &buffer, &size, TJSAMP_GRAY, quality, 0);
  const std::unique_ptr<unsigned char, FreeBuffer> owner(buffer);
  if (status != 0) {
    return fail(ErrorKind::kInternal, cat("JPEG encoding: ", tjGetErrorStr2(handle.get())));
  }
  return std::string(reinterpret_cast<const char*>(buffer), size);
}

Result<std::string> encode_png(const RgbImage& image) {
  check_pixels(image.width, image.height, 3, image.pixels.size());
  return encode_png_pixels(image.width, image.height, PNG_FORMAT_RGB, image.pixels);
}

Result<std::string> encode_png(const GrayImage& image) {
  check_pixels(image.width, image.height, 1, image.pixels.size());
  return encode_png_pixels(image.width, image.height, PNG_FORMAT_GRAY, image.pixels);
}

}  // namespace slava
