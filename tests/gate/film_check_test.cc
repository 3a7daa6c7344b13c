// The features and the network against what scripts/train_film_check.py recorded of the same
// pictures.
#include "gate/film_check.h"

#include <gtest/gtest.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "gate/film_features.h"

namespace slava {
namespace {

constexpr std::array<std::array<int, 2>, 5> kSizes{
    {{97, 131}, {40, 30}, {300, 64}, {64, 64}, {129, 257}}};

// As golden_picture in scripts/film_check/fit.py.
GrayImage golden_picture(int number) {
  const auto [width, height] = kSizes[static_cast<size_t>(number)];
  GrayImage picture{width, height, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      const int from_middle = x - width / 2;
      picture.pixels.push_back(
          static_cast<uint8_t>((x * (3 + number) + y * 5 + x * y / (7 + 4 * number) +
                                from_middle * from_middle / (number + 2)) %
                               256));
    }
  }
  return picture;
}

TEST(FilmCheck, ComputesWhatTheTrainingRecorded) {
  const auto text =
      read_file(std::string(SLAVA_SOURCE_DIR) + "/tests/golden/film_check/golden.json");
  ASSERT_TRUE(text) << text.error();
  const auto golden = nlohmann::json::parse(*text);
  ASSERT_EQ(golden.size(), kSizes.size());
  for (int number = 0; number < static_cast<int>(kSizes.size()); ++number) {
    const auto& expected = golden[static_cast<size_t>(number)];
    const std::vector<double> thumbnail = thumbnail_of(golden_picture(number));
    double sum = 0;
    for (const double value : thumbnail) sum += value;
    EXPECT_NEAR(sum / static_cast<double>(thumbnail.size()), expected["thumbnail_mean"], 1e-6);
    const std::vector<float> features = film_features(thumbnail);
    ASSERT_EQ(features.size(), 768u);
    const auto some = expected["features"].get<std::vector<float>>();
    ASSERT_EQ(some.size(), (features.size() + 36) / 37);
    for (size_t i = 0; i < some.size(); ++i) EXPECT_NEAR(features[i * 37], some[i], 2e-5) << i;
    const FilmKind kind = film_kind(thumbnail);
    const std::array<double, 6> of{kind.frontal,  kind.lateral, kind.rotated,
                                   kind.inverted, kind.cropped, kind.other};
    for (size_t i = 0; i < of.size(); ++i) {
      EXPECT_NEAR(of[i], expected["probabilities"][i].get<double>(), 1e-4) << number << " " << i;
    }
  }
}

TEST(FilmCheck, ProbabilitiesSumToOneWhateverThePicture) {
  for (const uint8_t grey : {0, 255}) {
    const FilmKind kind = film_kind(thumbnail_of({1, 1, {grey}}));
    EXPECT_NEAR(
        kind.frontal + kind.lateral + kind.rotated + kind.inverted + kind.cropped + kind.other, 1.0,
        1e-9);
  }
}

}  // namespace
}  // namespace slava
