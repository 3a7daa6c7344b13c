#include "train/augment.h"

#include <gtest/gtest.h>

#include <numeric>

namespace slava {
namespace {

// Bright on the right half, dark on the left.
GrayImage halves(int side) {
  GrayImage image;
  image.width = image.height = side;
  image.pixels.resize(static_cast<size_t>(side) * static_cast<size_t>(side));
  for (int y = 0; y < side; ++y) {
    for (int x = 0; x < side; ++x) {
      image.pixels[static_cast<size_t>(y * side + x)] = x < side / 2 ? 40 : 200;
    }
  }
  return image;
}

double mean_of_half(const GrayImage& image, bool right) {
  double sum = 0;
  int count = 0;
  for (int y = 0; y < image.height; ++y) {
    for (int x = right ? image.width / 2 : 0; x < (right ? image.width : image.width / 2); ++x) {
      sum += image.pixels[static_cast<size_t>(y * image.width + x)];
      ++count;
    }
  }
  return sum / count;
}

constexpr AugmentOptions kStrong{8, 0.06, 0.1, 0.2};

TEST(Augment, NeverMirrors) {
  const GrayImage image = halves(64);
  for (uint64_t seed = 0; seed < 300; ++seed) {
    const GrayImage changed = augment(image, kStrong, seed);
    EXPECT_GT(mean_of_half(changed, true), mean_of_half(changed, false) + 60) << seed;
  }
}

TEST(Augment, TheSameSeedGivesTheSamePictureAndAnotherAnother) {
  const GrayImage image = halves(48);
  EXPECT_EQ(augment(image, kStrong, 7).pixels, augment(image, kStrong, 7).pixels);
  EXPECT_NE(augment(image, kStrong, 7).pixels, augment(image, kStrong, 8).pixels);
}

TEST(Augment, WithoutLimitsThePictureStaysAsItIs) {
  const GrayImage image = halves(48);
  EXPECT_EQ(augment(image, {}, 7).pixels, image.pixels);
}

}  // namespace
}  // namespace slava
