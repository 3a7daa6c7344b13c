#include "preprocess/pil_resize.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace slava {
namespace {

// Eight bits of grey, two for what a cubic's lobes overshoot, the rest for the weights.
constexpr int kWeightBits = 32 - 8 - 2;
constexpr int32_t kHalf = 1 << (kWeightBits - 1);

double radius_of(PilFilter filter) { return filter == PilFilter::kBilinear ? 1.0 : 2.0; }

double weight_at(PilFilter filter, double distance) {
  const double x = std::abs(distance);
  if (filter == PilFilter::kBilinear) return x < 1.0 ? 1.0 - x : 0.0;
  constexpr double a = -0.5;
  if (x < 1.0) return ((a + 2.0) * x - (a + 3.0)) * x * x + 1.0;
  if (x < 2.0) return (((x - 5.0) * x + 8.0) * x - 4.0) * a;
  return 0.0;
}

int32_t fixed_point(double weight) {
  const double scaled = weight * (1 << kWeightBits);
  return static_cast<int32_t>(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
}

uint8_t grey_of(int32_t sum) {
  return static_cast<uint8_t>(std::clamp(sum >> kWeightBits, 0, 255));
}

// What one output pixel takes of a line of the picture: film pixels from `first` on, and the
// ground.
struct Taps {
  int first = 0;
  std::vector<int32_t> film;
  int32_t ground = 0;
};

// One direction of the picture, and how it is resized.
struct Axis {
  int length;      // of the picture
  int film_begin;  // the film lies at [film_begin, film_end)
  int film_end;
  int new_length;   // after resizing
  int begin, size;  // the part that is computed
};

Taps taps_of(const Axis& axis, int at, PilFilter filter) {
  const double scale = static_cast<double>(axis.length) / axis.new_length;
  const double stretch = std::max(scale, 1.0);
  const double radius = radius_of(filter) * stretch;
  const double per_pixel = 1.0 / stretch;
  const double centre = (at + 0.5) * scale;
  const int first = std::max(0, static_cast<int>(centre - radius + 0.5));
  const int last = std::min(axis.length, static_cast<int>(centre + radius + 0.5));
  std::vector<double> weights(static_cast<size_t>(last - first));
  for (int i = first; i < last; ++i) {
    weights[static_cast<size_t>(i - first)] = weight_at(filter, (i - centre + 0.5) * per_pixel);
  }
  const double sum = std::accumulate(weights.begin(), weights.end(), 0.0);
  Taps taps;
  taps.first = std::max(first, axis.film_begin) - axis.film_begin;
  for (int i = first; i < last; ++i) {
    const double weight = weights[static_cast<size_t>(i - first)];
    const int32_t fixed = fixed_point(sum != 0.0 ? weight / sum : weight);
    if (i >= axis.film_begin && i < axis.film_end) {
      taps.film.push_back(fixed);
    } else {
      taps.ground += fixed;
    }
  }
  return taps;
}

std::vector<Taps> taps_along(const Axis& axis, PilFilter filter) {
  std::vector<Taps> taps;
  taps.reserve(static_cast<size_t>(axis.size));
  for (int i = 0; i < axis.size; ++i) taps.push_back(taps_of(axis, axis.begin + i, filter));
  return taps;
}

GrayImage columns_first(const PilPicture& picture, int width, int height, PilFilter filter,
                        const PilWindow& window) {
  const GrayImage& film = picture.film;
  const auto columns = taps_along(
      {picture.width, picture.left, picture.left + film.width, width, window.left, window.width},
      filter);
  const auto rows = taps_along(
      {picture.height, picture.top, picture.top + film.height, height, window.top, window.height},
      filter);

  int first_row = film.height;
  int end_row = 0;
  for (const Taps& taps : rows) {
    if (taps.film.empty()) continue;
    first_row = std::min(first_row, taps.first);
    end_row = std::max(end_row, taps.first + static_cast<int>(taps.film.size()));
  }
  const auto out_width = static_cast<size_t>(window.width);
  const auto film_width = static_cast<size_t>(film.width);

  // [end_row - first_row, window.width]: the film's rows, narrowed; and the same of a row of
  // ground.
  std::vector<uint8_t> narrow(static_cast<size_t>(std::max(0, end_row - first_row)) * out_width);
  for (int y = first_row; y < end_row; ++y) {
    const uint8_t* from = film.pixels.data() + static_cast<size_t>(y) * film_width;
    uint8_t* to = narrow.data() + static_cast<size_t>(y - first_row) * out_width;
    for (const Taps& taps : columns) {
      int32_t sum = kHalf + picture.ground * taps.ground;
      const uint8_t* pixels = from + taps.first;
      for (size_t i = 0; i < taps.film.size(); ++i) sum += taps.film[i] * pixels[i];
      *to++ = grey_of(sum);
    }
  }
  std::vector<uint8_t> ground_row;
  for (const Taps& taps : columns) {
    const int32_t all = std::accumulate(taps.film.begin(), taps.film.end(), taps.ground);
    ground_row.push_back(grey_of(kHalf + picture.ground * all));
  }

  GrayImage out{window.width, window.height, {}};
  out.pixels.reserve(rows.size() * out_width);
  std::vector<int32_t> sums(out_width);
  for (const Taps& taps : rows) {
    for (size_t x = 0; x < out_width; ++x) sums[x] = kHalf + ground_row[x] * taps.ground;
    for (size_t i = 0; i < taps.film.size(); ++i) {
      const int32_t weight = taps.film[i];
      const size_t row = static_cast<size_t>(taps.first - first_row) + i;
      const uint8_t* from = narrow.data() + row * out_width;
      for (size_t x = 0; x < out_width; ++x) sums[x] += weight * from[x];
    }
    for (const int32_t sum : sums) out.pixels.push_back(grey_of(sum));
  }
  return out;
}

GrayImage transposed(const GrayImage& picture) {
  GrayImage out{picture.height, picture.width, {}};
  out.pixels.resize(picture.pixels.size());
  const auto width = static_cast<size_t>(picture.width);
  const auto height = static_cast<size_t>(picture.height);
  for (size_t y = 0; y < height; ++y) {
    for (size_t x = 0; x < width; ++x) out.pixels[x * height + y] = picture.pixels[y * width + x];
  }
  return out;
}

GrayImage rows_first(const PilPicture& picture, int width, int height, PilFilter filter,
                     const PilWindow& window) {
  const GrayImage film = transposed(picture.film);
  const PilPicture turned{film,        picture.height, picture.width,
                          picture.top, picture.left,   picture.ground};
  const PilWindow turned_window{window.top, window.left, window.height, window.width};
  return transposed(columns_first(turned, height, width, filter, turned_window));
}

}  // namespace

GrayImage pil_resize(const PilPicture& picture, int width, int height, PilFilter filter,
                     const PilWindow& window, PilOrder order) {
  const GrayImage& film = picture.film;
  SLAVA_CHECK(film.width > 0 && film.height > 0 && picture.left >= 0 && picture.top >= 0);
  SLAVA_CHECK(picture.left + film.width <= picture.width);
  SLAVA_CHECK(picture.top + film.height <= picture.height);
  SLAVA_CHECK(window.width > 0 && window.height > 0 && window.left >= 0 && window.top >= 0);
  SLAVA_CHECK(window.left + window.width <= width && window.top + window.height <= height);
  // Found by trying 2,000 sizes; it saves Pillow the narrowing of rows that will be lost.
  const int64_t lost_width = int64_t{picture.width} - width;
  const int64_t lost_height = int64_t{picture.height} - height;
  const bool by_rows =
      order == PilOrder::kPillow13 && lost_height > 0 && 2 * lost_width < lost_height;
  return by_rows ? rows_first(picture, width, height, filter, window)
                 : columns_first(picture, width, height, filter, window);
}

GrayImage pil_resize(const GrayImage& film, int width, int height, PilFilter filter,
                     PilOrder order) {
  return pil_resize({film, film.width, film.height}, width, height, filter, {0, 0, width, height},
                    order);
}

}  // namespace slava
