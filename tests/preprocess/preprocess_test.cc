#include "preprocess/preprocess.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/hash.h"

namespace slava {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Image image_of(int width, int height, std::vector<float> values) {
  Image image;
  image.width = width;
  image.height = height;
  image.values = std::move(values);
  image.display = {width, height, std::vector<uint8_t>(image.values.size(), 42)};
  return image;
}

// Histogram equalisation as OpenCV documents it, written out: the cumulative histogram, scaled so
// that the darkest grey that occurs becomes 0.
std::vector<uint8_t> equalised(const std::vector<uint8_t>& pixels) {
  std::array<int, 256> histogram{};
  for (const uint8_t pixel : pixels) ++histogram[pixel];
  const auto darkest = static_cast<size_t>(
      std::find_if(histogram.begin(), histogram.end(), [](int n) { return n > 0; }) -
      histogram.begin());
  const int total = static_cast<int>(pixels.size());
  if (histogram[darkest] == total) return pixels;
  const float scale = 255.0f / static_cast<float>(total - histogram[darkest]);
  std::array<uint8_t, 256> table{};
  int sum = 0;
  for (size_t grey = darkest + 1; grey < 256; ++grey) {
    sum += histogram[grey];
    table[grey] = static_cast<uint8_t>(std::lrint(static_cast<float>(sum) * scale));
  }
  std::vector<uint8_t> out;
  for (const uint8_t pixel : pixels) out.push_back(table[pixel]);
  return out;
}

TEST(MimicProfile, TruncatesThenEqualises) {
  // Range 7: 3 / 7 * 255 = 109.28 and 6 / 7 * 255 = 218.57, which rounding would make 219.
  const Image image = image_of(3, 1, {10, 13, 17});
  const std::vector<uint8_t> scaled{0, 109, 255};
  EXPECT_EQ(apply_profile(image, Profile::kMimicCxrJpg).pixels, equalised(scaled));

  std::vector<float> values;
  for (int i = 0; i < 7 * 5; ++i) values.push_back(static_cast<float>((i * 37) % 101) - 20.0f);
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  std::vector<uint8_t> expected;
  for (const float value : values) {
    expected.push_back(static_cast<uint8_t>((static_cast<double>(value) - *low) /
                                            (static_cast<double>(*high) - *low) * 255.0));
  }
  EXPECT_EQ(apply_profile(image_of(7, 5, values), Profile::kMimicCxrJpg).pixels,
            equalised(expected));
}

TEST(MimicProfile, InvertsMonochrome1BeforeEqualising) {
  Image image = image_of(2, 2, {0, 0, 0, 100});
  image.low_is_white = true;
  // Inverted first: 255 255 255 0. Equalised: the one dark pixel is 0, the others 255.
  EXPECT_THAT(apply_profile(image, Profile::kMimicCxrJpg).pixels, ElementsAre(255, 255, 255, 0));

  image = image_of(5, 1, {0, 10, 20, 30, 100});
  image.low_is_white = true;
  const std::vector<uint8_t> inverted{255, 230, 204, 179, 0};
  EXPECT_EQ(apply_profile(image, Profile::kMimicCxrJpg).pixels, equalised(inverted));
}

TEST(RawProfile, RoundsAndInvertsMonochrome1) {
  Image image = image_of(3, 1, {10, 16, 17});
  EXPECT_THAT(apply_profile(image, Profile::kRaw).pixels, ElementsAre(0, 219, 255));
  image.low_is_white = true;
  EXPECT_THAT(apply_profile(image, Profile::kRaw).pixels, ElementsAre(255, 36, 0));
}

TEST(VoiProfile, IsTheDisplay) {
  EXPECT_THAT(apply_profile(image_of(2, 1, {1, 2}), Profile::kVoi).pixels, ElementsAre(42, 42));
}

TEST(EveryProfile, LeavesAConstantFilmFinite) {
  for (const Profile profile : {Profile::kMimicCxrJpg, Profile::kRaw}) {
    const GrayImage grey = apply_profile(image_of(2, 2, {9, 9, 9, 9}), profile);
    EXPECT_EQ(grey.pixels, std::vector<uint8_t>(4, 0));
  }
}

TEST(EveryProfile, IgnoresARangeOffset) {
  std::vector<float> values(35);
  std::iota(values.begin(), values.end(), 0.0f);
  std::vector<float> moved = values;
  for (float& value : moved) value = value * 4.0f - 1024.0f;
  EXPECT_EQ(apply_profile(image_of(7, 5, values), Profile::kMimicCxrJpg).pixels,
            apply_profile(image_of(7, 5, moved), Profile::kMimicCxrJpg).pixels);
}

TEST(FitSquare, AveragesAreasWhenItShrinks) {
  PreprocessConfig config;
  config.size = 2;
  const GrayImage picture{6, 4, {0,  0,  0,  60, 60, 60, 0,  0,  0,  60, 60, 60,
                                 30, 60, 90, 10, 20, 30, 30, 60, 90, 10, 20, 30}};
  EXPECT_THAT(fit_to_size(picture, 1.0, config).pixels, ElementsAre(0, 60, 60, 20));
}

TEST(FitSquare, AveragesFractionsOfPixelsOnOddSizes) {
  PreprocessConfig config;
  config.size = 2;
  // Three pixels into two: the middle one belongs half to each.
  const GrayImage picture{3, 3, {90, 0, 0, 0, 0, 0, 0, 0, 90}};
  EXPECT_THAT(fit_to_size(picture, 1.0, config).pixels, ElementsAre(40, 0, 0, 40));
}

TEST(FitSquare, GrowsASmallPictureWithoutNewExtremes) {
  PreprocessConfig config;
  config.size = 7;
  const ModelPicture grown = fit_to_size({2, 2, {50, 200, 50, 200}}, 1.0, config);
  ASSERT_EQ(grown.pixels.size(), 49u);
  EXPECT_EQ(grown.pixels.front(), 50);
  EXPECT_EQ(grown.pixels[6], 200);
  EXPECT_EQ(grown.pixels[3], 125);
}

TEST(FitPad, CentresALandscapeFilmOnTheMean) {
  PreprocessConfig config;
  config.fit = Fit::kPad;
  config.size = 4;
  config.mean = {0.2f, 0.4f, 0.6f};
  const ModelPicture fitted = fit_to_size({4, 2, {1, 2, 3, 4, 5, 6, 7, 8}}, 1.0, config);
  EXPECT_THAT(fitted.pixels,
              ElementsAre(102, 102, 102, 102, 1, 2, 3, 4, 5, 6, 7, 8, 102, 102, 102, 102));
}

TEST(FitPad, CentresAPortraitFilm) {
  PreprocessConfig config;
  config.fit = Fit::kPad;
  config.size = 3;
  config.mean = {0, 0, 0};
  const ModelPicture fitted = fit_to_size({1, 3, {9, 8, 7}}, 1.0, config);
  EXPECT_THAT(fitted.pixels, ElementsAre(0, 9, 0, 0, 8, 0, 0, 7, 0));
}

TEST(FitPad, MakesPixelsSquareFirst) {
  PreprocessConfig config;
  config.fit = Fit::kPad;
  config.size = 4;
  // 4 x 2 pixels that are twice as high as wide fill the square.
  ModelPicture fitted = fit_to_size({4, 2, {10, 10, 10, 10, 90, 90, 90, 90}}, 2.0, config);
  EXPECT_EQ(fitted.pixels.front(), 10);
  EXPECT_EQ(fitted.pixels.back(), 90);
  EXPECT_EQ(std::count(fitted.pixels.begin(), fitted.pixels.end(), 128), 0);
  // And 2 x 4 pixels that are half as high as wide.
  fitted = fit_to_size({2, 4, {10, 90, 10, 90, 10, 90, 10, 90}}, 0.5, config);
  EXPECT_EQ(fitted.pixels[0], 10);
  EXPECT_EQ(fitted.pixels[15], 90);
}

TEST(FitSquare, GivesTheSameForAPictureOfTheRightSize) {
  PreprocessConfig config;
  config.size = 3;
  const GrayImage picture{3, 3, {1, 2, 3, 4, 5, 6, 7, 8, 9}};
  EXPECT_EQ(fit_to_size(picture, 1.0, config).pixels, picture.pixels);
}

TEST(Normalise, WritesThreeChannelsOneAfterTheOther) {
  PreprocessConfig config;
  config.size = 2;
  config.mean = {0.0f, 0.5f, 0.25f};
  config.std = {1.0f, 0.5f, 0.25f};
  const ModelPixels pixels = normalise({2, 1, {0, 51, 102, 255}}, config);
  EXPECT_EQ(pixels.size, 2);
  const std::vector<float> expected{0.0f,  0.2f, 0.4f,  1.0f,  -1.0f, -0.6f,
                                    -0.2f, 1.0f, -1.0f, -0.2f, 0.6f,  3.0f};
  ASSERT_EQ(pixels.values.size(), expected.size());
  for (size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(pixels.values[i], expected[i], 1e-6);
  EXPECT_EQ(pixels.sha256, sha256_hex(std::string_view("\x00\x33\x66\xff", 4)));
}

TEST(Preprocess, IsTheThreeInTurn) {
  PreprocessConfig config;
  config.size = 3;
  config.profile = Profile::kRaw;
  std::vector<float> values(7 * 5);
  for (size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i * i % 53);
  const Image image = image_of(7, 5, values);
  const ModelPixels pixels = preprocess(image, config);
  const ModelPicture seen = fit_to_size(apply_profile(image, Profile::kRaw), 1.0, config);
  EXPECT_EQ(pixels.values, normalise(seen, config).values);
  EXPECT_EQ(pixels.sha256,
            sha256_hex({reinterpret_cast<const char*>(seen.pixels.data()), seen.pixels.size()}));
}

constexpr const char* kConfig = R"({"image_profile": "voi", "image_aspect_ratio": "pad",
  "size": 336, "image_mean": [0.48, 0.457, 0.408], "image_std": [0.268, 0.261, 0.275],
  "image_processor_type": "CLIPImageProcessor"})";

TEST(PreprocessConfig, ReadsEveryKey) {
  const auto config = parse_preprocess_config(kConfig, "preprocessor_config.json");
  ASSERT_TRUE(config.has_value()) << config.error();
  EXPECT_EQ(config->profile, Profile::kVoi);
  EXPECT_EQ(config->fit, Fit::kPad);
  EXPECT_EQ(config->size, 336);
  EXPECT_EQ(config->mean, (std::array<float, 3>{0.48f, 0.457f, 0.408f}));
  EXPECT_EQ(config->std, (std::array<float, 3>{0.268f, 0.261f, 0.275f}));
}

std::string config_error(const std::string& json) {
  const auto config = parse_preprocess_config(json, "preprocessor_config.json");
  EXPECT_FALSE(config.has_value());
  if (config) return "no error";
  EXPECT_EQ(config.error().kind, ErrorKind::kModel);
  EXPECT_THAT(config.error().message, HasSubstr("preprocessor_config.json"));
  return config.error().message;
}

std::string with(const std::string& from, const std::string& to) {
  std::string json = kConfig;
  const size_t at = json.find(from);
  EXPECT_NE(at, std::string::npos);
  return json.replace(at, from.size(), to);
}

TEST(PreprocessConfig, NamesWhatIsMissingOrUnknown) {
  EXPECT_THAT(config_error("{}"), HasSubstr("image_profile"));
  EXPECT_THAT(config_error("not json"), HasSubstr("expected a JSON object"));
  EXPECT_THAT(config_error(with("\"voi\"", "\"window\"")), HasSubstr("mimic-cxr-jpg, voi, raw"));
  EXPECT_THAT(config_error(with("\"pad\"", "\"crop\"")), HasSubstr("square, pad"));
  EXPECT_THAT(config_error(with("336", "0")), HasSubstr("size"));
  EXPECT_THAT(config_error(with("336", "\"big\"")), HasSubstr("size"));
  EXPECT_THAT(config_error(with("[0.48, 0.457, 0.408]", "[0.48]")), HasSubstr("image_mean"));
  EXPECT_THAT(config_error(with("0.268", "0")), HasSubstr("image_std"));
}

TEST(PreprocessConfig, NamesGoThereAndBack) {
  for (const Profile profile : {Profile::kMimicCxrJpg, Profile::kVoi, Profile::kRaw}) {
    EXPECT_EQ(*profile_from(to_string(profile)), profile);
  }
  for (const Fit fit : {Fit::kSquare, Fit::kPad, Fit::kCenterCrop}) {
    EXPECT_EQ(*fit_from(to_string(fit)), fit);
  }
  EXPECT_EQ(to_string(Resampling::kBicubic), "bicubic");
}

}  // namespace
}  // namespace slava
