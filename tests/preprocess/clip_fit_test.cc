// What the fits promise; equality with the processors themselves is clip_golden_test.cc.
#include "preprocess/clip_fit.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "preprocess/drawn_film.h"
#include "preprocess/hf_preprocess_config.h"

namespace slava {
namespace {

using ::testing::ElementsAre;

PreprocessConfig config_of(Fit fit, int size, int resize_to = 0) {
  PreprocessConfig config;
  config.fit = fit;
  config.resampling = Resampling::kBicubic;
  config.size = size;
  config.resize_to = resize_to;
  config.pad_rgb = {122, 116, 104};
  return config;
}

std::vector<uint8_t> row_of(const ModelPicture& picture, int channel, int row) {
  const auto from = picture.pixels.begin() + int64_t{channel * picture.size + row} * picture.size;
  return {from, from + picture.size};
}

TEST(ClipFit, PadsWithAColourOfItsOwnPerChannel) {
  const ModelPicture fitted = clip_fit({4, 2, {1, 2, 3, 4, 5, 6, 7, 8}}, config_of(Fit::kPad, 4));
  ASSERT_EQ(fitted.channels, 3);
  const uint8_t ground[] = {122, 116, 104};
  for (int channel = 0; channel < 3; ++channel) {
    EXPECT_EQ(row_of(fitted, channel, 0), std::vector<uint8_t>(4, ground[channel]));
    EXPECT_THAT(row_of(fitted, channel, 1), ElementsAre(1, 2, 3, 4));
    EXPECT_THAT(row_of(fitted, channel, 2), ElementsAre(5, 6, 7, 8));
    EXPECT_EQ(row_of(fitted, channel, 3), std::vector<uint8_t>(4, ground[channel]));
  }
}

TEST(ClipFit, PutsTheOddRowOfPaddingBehind) {
  // 1 x 4 in 4 x 4: one column before, two behind.
  const ModelPicture fitted = clip_fit({1, 4, {9, 8, 7, 6}}, config_of(Fit::kPad, 4));
  EXPECT_THAT(row_of(fitted, 0, 0), ElementsAre(122, 9, 122, 122));
  EXPECT_THAT(row_of(fitted, 2, 3), ElementsAre(104, 6, 104, 104));
}

TEST(ClipFit, IsGreyWhereNothingIsPaddedOrThePaddingIsGrey) {
  PreprocessConfig config = config_of(Fit::kPad, 8);
  EXPECT_EQ(clip_fit(drawn_film(20, 20), config).channels, 1);
  config.pad_rgb = {127, 127, 127};
  EXPECT_EQ(clip_fit(drawn_film(20, 10), config).channels, 1);
  EXPECT_EQ(clip_fit(drawn_film(20, 10), config_of(Fit::kCenterCrop, 8)).channels, 1);
}

TEST(ClipFit, CropsTheMiddleOfTheLongerSide) {
  const GrayImage film{5, 2, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}};
  const ModelPicture fitted = clip_fit(film, config_of(Fit::kCenterCrop, 2));
  // (5 - 2) / 2 = 1, rounded down.
  EXPECT_THAT(fitted.pixels, ElementsAre(2, 3, 7, 8));
}

TEST(ClipFit, PutsZerosAroundWhereTheCropIsLarger) {
  const GrayImage film{2, 2, {50, 60, 70, 80}};
  const ModelPicture fitted = clip_fit(film, config_of(Fit::kCenterCrop, 5, 2));
  EXPECT_THAT(row_of(fitted, 0, 0), ElementsAre(0, 0, 0, 0, 0));
  EXPECT_THAT(row_of(fitted, 0, 1), ElementsAre(0, 0, 0, 0, 0));
  EXPECT_THAT(row_of(fitted, 0, 2), ElementsAre(0, 0, 50, 60, 0));
  EXPECT_THAT(row_of(fitted, 0, 3), ElementsAre(0, 0, 70, 80, 0));
  EXPECT_THAT(row_of(fitted, 0, 4), ElementsAre(0, 0, 0, 0, 0));
}

TEST(ClipFit, LosesTheEndsOnlyWhenItCrops) {
  // A bright mark at the left end of a wide film.
  GrayImage film{60, 20, std::vector<uint8_t>(1200, 0)};
  for (size_t y = 0; y < 20; ++y) film.pixels[y * 60] = film.pixels[y * 60 + 1] = 255;
  const auto brightest = [&](Fit fit) {
    PreprocessConfig config = config_of(fit, 20);
    config.pad_rgb = {0, 0, 0};
    const ModelPicture fitted = clip_fit(film, config);
    return *std::ranges::max_element(fitted.pixels);
  };
  EXPECT_EQ(brightest(Fit::kCenterCrop), 0);
  EXPECT_GT(brightest(Fit::kPad), 100);
  EXPECT_GT(brightest(Fit::kSquare), 100);
}

TEST(ClipFit, ChangingTheFitAloneGivesTheEvaluationScriptsPicture) {
  PreprocessConfig config = *tower_preprocess_config(Tower::kClip, 24, "pad");
  config.fit = Fit::kCenterCrop;
  const GrayImage film = drawn_film(90, 50);
  EXPECT_EQ(clip_fit(film, config).pixels,
            clip_fit(film, *tower_preprocess_config(Tower::kClip, 24, "")).pixels);
}

TEST(ClipFit, MakesPixelsSquareFirst) {
  const GrayImage film = drawn_film(40, 20);
  PreprocessConfig config = config_of(Fit::kPad, 16);
  // Pixels twice as high as wide: a square film, so that nothing is padded.
  EXPECT_EQ(fit_to_size(film, 2.0, config).channels, 1);
  EXPECT_EQ(fit_to_size(film, 1.0, config).channels, 3);
}

TEST(ClipFit, ColouredPicturesAreNormalisedChannelByChannel) {
  PreprocessConfig config = config_of(Fit::kPad, 1);
  config.mean = {0, 0, 0};
  config.std = {1, 1, 1};
  const ModelPixels pixels = normalise({1, 3, {0, 51, 255}}, config);
  EXPECT_THAT(pixels.values, ElementsAre(0.0f, 0.2f, 1.0f));
  EXPECT_NE(pixels.sha256, normalise({1, 1, {0}}, config).sha256);
}

}  // namespace
}  // namespace slava
