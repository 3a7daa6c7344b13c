// The arithmetic alone; equality with Pillow itself is clip_golden_test.cc.
#include "preprocess/pil_resize.h"

#include <gmock/gmock.h>

#include <cmath>

#include "preprocess/drawn_film.h"

namespace slava {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

// The same filters in floating point, one formula over both directions, without rounding between.
double plain_resize_at(const GrayImage& film, int width, int height, PilFilter filter, int x,
                       int y) {
  const double radius = filter == PilFilter::kBilinear ? 1.0 : 2.0;
  const auto kernel = [&](double t) {
    t = std::abs(t);
    if (filter == PilFilter::kBilinear) return std::max(0.0, 1.0 - t);
    if (t < 1.0) return 1.5 * t * t * t - 2.5 * t * t + 1.0;
    if (t < 2.0) return -0.5 * t * t * t + 2.5 * t * t - 4.0 * t + 2.0;
    return 0.0;
  };
  const auto weights = [&](int length, int new_length, int at) {
    const double scale = static_cast<double>(length) / new_length;
    const double stretch = std::max(1.0, scale);
    std::vector<double> out(static_cast<size_t>(length), 0.0);
    double sum = 0;
    for (int i = 0; i < length; ++i) {
      const double distance = (i + 0.5 - (at + 0.5) * scale) / stretch;
      // Only pixels whose centre is within the radius, rounded as the window of taps is.
      if (std::abs(distance) < radius) out[static_cast<size_t>(i)] = kernel(distance);
      sum += out[static_cast<size_t>(i)];
    }
    for (double& weight : out) weight /= sum;
    return out;
  };
  const auto across = weights(film.width, width, x);
  const auto down = weights(film.height, height, y);
  double grey = 0;
  for (size_t i = 0; i < down.size(); ++i) {
    double row = 0;
    for (size_t j = 0; j < across.size(); ++j) {
      row += across[j] * film.pixels[i * across.size() + j];
    }
    // An overshoot of the first pass is cut off there.
    grey += down[i] * std::clamp(row, 0.0, 255.0);
  }
  return std::clamp(grey, 0.0, 255.0);
}

struct Scale {
  int width, height, new_width, new_height;
};

TEST(PilResize, IsThePlainFormulaWithinOneGrey) {
  for (const PilFilter filter : {PilFilter::kBilinear, PilFilter::kBicubic}) {
    for (const Scale& scale :
         {Scale{40, 30, 13, 11}, {13, 11, 40, 30}, {97, 5, 9, 50}, {1, 7, 3, 3}, {60, 60, 6, 6}}) {
      const GrayImage film = drawn_film(scale.width, scale.height);
      const GrayImage out = pil_resize(film, scale.new_width, scale.new_height, filter);
      ASSERT_EQ(out.width, scale.new_width);
      ASSERT_EQ(out.height, scale.new_height);
      for (int y = 0; y < out.height; ++y) {
        for (int x = 0; x < out.width; ++x) {
          const double plain = plain_resize_at(film, out.width, out.height, filter, x, y);
          // Two roundings of at most half a grey; the first may be enlarged by negative weights.
          ASSERT_NEAR(out.pixels[static_cast<size_t>(y * out.width + x)], plain, 1.2)
              << scale.width << "x" << scale.height << " at " << x << "," << y;
        }
      }
    }
  }
}

TEST(PilResize, AveragesTwoPixelsIntoOneByTheTriangle) {
  // Centre 1, radius 2: the weights of both pixels are equal.
  EXPECT_THAT(pil_resize({2, 1, {10, 41}}, 1, 1, PilFilter::kBilinear).pixels, ElementsAre(26));
  // Growing 2 to 4: 1, 3/4 + 1/4, 1/4 + 3/4, 1.
  EXPECT_THAT(pil_resize({2, 1, {0, 200}}, 4, 1, PilFilter::kBilinear).pixels,
              ElementsAre(0, 50, 150, 200));
}

TEST(PilResize, GivesBackAPictureOfTheSameSize) {
  const GrayImage film = drawn_film(37, 23);
  EXPECT_EQ(pil_resize(film, 37, 23, PilFilter::kBicubic).pixels, film.pixels);
  EXPECT_EQ(pil_resize(film, 37, 23, PilFilter::kBilinear).pixels, film.pixels);
}

TEST(PilResize, KeepsAConstantPicture) {
  for (const uint8_t grey : {0, 1, 104, 127, 254, 255}) {
    const GrayImage film{301, 7, std::vector<uint8_t>(301 * 7, grey)};
    EXPECT_THAT(pil_resize(film, 30, 30, PilFilter::kBicubic).pixels, Each(grey));
    EXPECT_THAT(
        pil_resize({film, 301, 301, 0, 147, grey}, 30, 30, PilFilter::kBicubic, {0, 0, 30, 30})
            .pixels,
        Each(grey));
  }
}

TEST(PilResize, CutsOffWhatACubicOvershoots) {
  const GrayImage edge{4, 1, {0, 0, 255, 255}};
  const auto grown = pil_resize(edge, 16, 1, PilFilter::kBicubic).pixels;
  EXPECT_EQ(grown.front(), 0);
  EXPECT_EQ(grown[5], 0);
  EXPECT_EQ(grown[10], 255);
  EXPECT_EQ(grown.back(), 255);
}

TEST(PilResize, AGroundIsThePictureThatTheFilmIsPastedInto) {
  for (const Scale& scale : {Scale{31, 18, 12, 12}, {18, 31, 12, 12}, {5, 2, 40, 40}}) {
    const GrayImage film = drawn_film(scale.width, scale.height);
    const int side = std::max(film.width, film.height);
    const int left = (side - film.width) / 2;
    const int top = (side - film.height) / 2;
    GrayImage pasted{side, side, std::vector<uint8_t>(static_cast<size_t>(side * side), 104)};
    for (int y = 0; y < film.height; ++y) {
      for (int x = 0; x < film.width; ++x) {
        pasted.pixels[static_cast<size_t>((top + y) * side + left + x)] =
            film.pixels[static_cast<size_t>(y * film.width + x)];
      }
    }
    for (const PilFilter filter : {PilFilter::kBilinear, PilFilter::kBicubic}) {
      const PilWindow all{0, 0, scale.new_width, scale.new_height};
      EXPECT_EQ(
          pil_resize({film, side, side, left, top, 104}, all.width, all.height, filter, all).pixels,
          pil_resize(pasted, all.width, all.height, filter).pixels);
    }
  }
}

TEST(PilResize, AWindowIsCutOutOfTheWhole) {
  const GrayImage film = drawn_film(50, 70);
  const GrayImage whole = pil_resize(film, 20, 28, PilFilter::kBicubic);
  const GrayImage part = pil_resize({film, 50, 70}, 20, 28, PilFilter::kBicubic, {3, 11, 14, 6});
  ASSERT_EQ(part.pixels.size(), 14u * 6u);
  for (size_t y = 0; y < 6; ++y) {
    for (size_t x = 0; x < 14; ++x) {
      ASSERT_EQ(part.pixels[y * 14 + x], whole.pixels[(y + 11) * 20 + x + 3]);
    }
  }
}

TEST(PilResize, AWindowOfAStripNeedsNoMemoryForTheRest) {
  // 10 x 60000 grown a hundred times would be 6 GB.
  const GrayImage strip{10, 60'000, std::vector<uint8_t>(600'000, 9)};
  const GrayImage part = pil_resize({strip, 10, 60'000}, 1000, 6'000'000, PilFilter::kBicubic,
                                    {0, 2'999'500, 1000, 1000});
  EXPECT_THAT(part.pixels, Each(9));
}

}  // namespace
}  // namespace slava
