#include "preprocess/clip_fit.h"

#include <algorithm>

#include "base/check.h"
#include "preprocess/pil_resize.h"

namespace slava {
namespace {

// One direction of a crop that is `size` long: what it keeps of a picture `length` long, and where
// that lies in the crop. A shorter picture gets zeros around it, one more before than behind.
struct Crop {
  Crop(int length, int size)
      : from(std::max(0, (length - size) / 2)),
        kept(std::min(length, size)),
        to(std::max(0, (size - length + 1) / 2)) {}
  int from;
  int kept;
  int to;
};

// The longer edge beside a shorter one of `edge`: divided as floating point, then truncated.
int longer_edge(int edge, int longer, int shorter) {
  return static_cast<int>(static_cast<double>(int64_t{edge} * longer) / shorter);
}

}  // namespace

ModelPicture clip_fit(const GrayImage& film, const PreprocessConfig& config) {
  SLAVA_CHECK(film.width > 0 && film.height > 0 && config.size > 0);
  const int size = config.size;
  const int edge = config.resize_to > 0 ? config.resize_to : size;
  const PilFilter filter =
      config.resampling == Resampling::kBilinear ? PilFilter::kBilinear : PilFilter::kBicubic;
  PilPicture picture{film, film.width, film.height};
  int width = edge;
  int height = edge;
  switch (config.fit) {
    case Fit::kSquare:
      break;
    case Fit::kPad:
      picture.width = picture.height = std::max(film.width, film.height);
      picture.left = (picture.width - film.width) / 2;
      picture.top = (picture.height - film.height) / 2;
      break;
    case Fit::kCenterCrop:
      if (film.width <= film.height) {
        height = longer_edge(edge, film.height, film.width);
      } else {
        width = longer_edge(edge, film.width, film.height);
      }
      break;
  }
  const Crop across(width, size);
  const Crop down(height, size);

  // Without padding, or with grey padding, there is one channel to compute.
  const auto& ground = config.pad_rgb;
  const bool is_grey = (picture.width == film.width && picture.height == film.height) ||
                       (ground[0] == ground[1] && ground[1] == ground[2]);
  ModelPicture out;
  out.size = size;
  out.channels = is_grey ? 1 : 3;
  const auto plane = static_cast<size_t>(size) * static_cast<size_t>(size);
  out.pixels.assign(static_cast<size_t>(out.channels) * plane, 0);
  for (size_t channel = 0; channel < static_cast<size_t>(out.channels); ++channel) {
    picture.ground = ground[channel];
    const GrayImage kept =
        pil_resize(picture, width, height, filter, {across.from, down.from, across.kept, down.kept},
                   config.pil_order);
    for (int y = 0; y < kept.height; ++y) {
      const auto from = kept.pixels.begin() + int64_t{y} * kept.width;
      std::copy(from, from + kept.width,
                out.pixels.begin() + static_cast<int64_t>(channel * plane) +
                    int64_t{down.to + y} * size + across.to);
    }
  }
  // The crop may have cut all padding off.
  const auto* planes = out.pixels.data();
  if (out.channels == 3 && std::equal(planes, planes + 2 * plane, planes + plane)) {
    out.channels = 1;
    out.pixels.resize(plane);
  }
  return out;
}

}  // namespace slava
