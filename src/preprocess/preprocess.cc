#include "preprocess/preprocess.h"

#include <algorithm>
#include <cmath>
#include <opencv2/imgproc.hpp>

#include "base/check.h"
#include "base/hash.h"
#include "preprocess/clip_fit.h"

namespace slava {
namespace {

enum class Rounding { kTruncate, kNearest };

// The values' own range to 0..255. The order of operations is that of the data set's makers: divide
// by the largest, then times 255; another order moves some values by one.
GrayImage scale_by_range(const Image& image, Rounding rounding) {
  GrayImage grey{image.width, image.height, std::vector<uint8_t>(image.values.size(), 0)};
  const auto [low, high] = std::minmax_element(image.values.begin(), image.values.end());
  const double minimum = *low;
  const double largest = *high - minimum;
  if (largest > 0) {
    const double offset = rounding == Rounding::kNearest ? 0.5 : 0.0;
    for (size_t i = 0; i < image.values.size(); ++i) {
      const double scaled = (image.values[i] - minimum) / largest * 255.0;
      grey.pixels[i] = static_cast<uint8_t>(std::floor(scaled + offset));
    }
  }
  if (image.low_is_white) {
    for (uint8_t& pixel : grey.pixels) pixel = static_cast<uint8_t>(255 - pixel);
  }
  return grey;
}

cv::Mat matrix_of(const GrayImage& image) {
  return {image.height, image.width, CV_8U, const_cast<uint8_t*>(image.pixels.data())};
}

GrayImage resized(const GrayImage& image, int width, int height) {
  if (width == image.width && height == image.height) return image;
  GrayImage out{width, height,
                std::vector<uint8_t>(static_cast<size_t>(width) * static_cast<size_t>(height))};
  cv::Mat to = matrix_of(out);
  // Area averaging keeps fine structures from aliasing, but it cannot grow a picture.
  const bool grows = width > image.width || height > image.height;
  cv::resize(matrix_of(image), to, to.size(), 0, 0, grows ? cv::INTER_LINEAR : cv::INTER_AREA);
  return out;
}

// Stretches the side that the pixels shorten, so that no detail is lost.
GrayImage with_square_pixels(const GrayImage& image, double pixel_aspect) {
  const auto stretched = [](int side, double factor) {
    return std::max(1, static_cast<int>(std::lround(side * factor)));
  };
  if (pixel_aspect > 1.0) {
    return resized(image, image.width, stretched(image.height, pixel_aspect));
  }
  return resized(image, stretched(image.width, 1.0 / pixel_aspect), image.height);
}

GrayImage pad_to_square(const GrayImage& image, const PreprocessConfig& config) {
  const int size = config.size;
  const double factor = static_cast<double>(size) / std::max(image.width, image.height);
  const auto side = [&](int length) {
    return std::clamp(static_cast<int>(std::lround(length * factor)), 1, size);
  };
  const GrayImage small = resized(image, side(image.width), side(image.height));
  const float mean = (config.mean[0] + config.mean[1] + config.mean[2]) / 3.0f;
  const auto fill = static_cast<uint8_t>(std::lround(std::clamp(mean, 0.0f, 1.0f) * 255.0f));
  GrayImage out{size, size,
                std::vector<uint8_t>(static_cast<size_t>(size) * static_cast<size_t>(size), fill)};
  cv::Mat target = matrix_of(out);
  const cv::Rect place((size - small.width) / 2, (size - small.height) / 2, small.width,
                       small.height);
  matrix_of(small).copyTo(target(place));
  return out;
}

}  // namespace

GrayImage apply_profile(const Image& image, Profile profile) {
  SLAVA_CHECK(image.width > 0 && image.height > 0);
  SLAVA_CHECK_EQ(static_cast<size_t>(image.width) * static_cast<size_t>(image.height),
                 image.values.size());
  switch (profile) {
    case Profile::kVoi:
      return image.display;
    case Profile::kRaw:
      return scale_by_range(image, Rounding::kNearest);
    case Profile::kMimicCxrJpg:
      break;
  }
  GrayImage grey = scale_by_range(image, Rounding::kTruncate);
  cv::Mat pixels = matrix_of(grey);
  cv::equalizeHist(pixels, pixels);
  return grey;
}

ModelPicture fit_to_size(const GrayImage& picture, double pixel_aspect,
                         const PreprocessConfig& config) {
  SLAVA_CHECK(picture.width > 0 && picture.height > 0 && pixel_aspect > 0 && config.size > 0);
  const bool keeps_aspect = config.fit != Fit::kSquare;
  const GrayImage film = keeps_aspect ? with_square_pixels(picture, pixel_aspect) : picture;
  if (config.resampling != Resampling::kArea || config.fit == Fit::kCenterCrop) {
    return clip_fit(film, config);
  }
  GrayImage fitted = config.fit == Fit::kSquare ? resized(film, config.size, config.size)
                                                : pad_to_square(film, config);
  return {config.size, 1, std::move(fitted.pixels)};
}

ModelPixels normalise(const ModelPicture& picture, const PreprocessConfig& config) {
  const size_t plane = static_cast<size_t>(config.size) * static_cast<size_t>(config.size);
  SLAVA_CHECK_EQ(picture.size, config.size);
  SLAVA_CHECK(picture.channels == 1 || picture.channels == 3);
  SLAVA_CHECK_EQ(picture.pixels.size(), static_cast<size_t>(picture.channels) * plane);
  ModelPixels pixels;
  pixels.size = config.size;
  pixels.values.reserve(3 * plane);
  for (size_t channel = 0; channel < 3; ++channel) {
    const uint8_t* greys = picture.pixels.data() + (picture.channels == 3 ? channel * plane : 0);
    for (size_t i = 0; i < plane; ++i) {
      pixels.values.push_back((static_cast<float>(greys[i]) / 255.0f - config.mean[channel]) /
                              config.std[channel]);
    }
  }
  pixels.sha256 =
      sha256_hex({reinterpret_cast<const char*>(picture.pixels.data()), picture.pixels.size()});
  return pixels;
}

ModelPixels preprocess(const Image& image, const PreprocessConfig& config) {
  return normalise(fit_to_size(apply_profile(image, config.profile), image.pixel_aspect, config),
                   config);
}

}  // namespace slava
