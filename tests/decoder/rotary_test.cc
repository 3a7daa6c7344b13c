#include "decoder/rotary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace slava {
namespace {

using nlohmann::json;

TEST(Rotary, TurnsEachPairByItsPositionTimesFrequency) {
  const RotaryAngles table = make_rotary_angles(8, 4, RotaryConfig{}, at::kCPU);
  const Tensor x = at::randn({1, 1, 3, 6});
  const Tensor y = rotate(x, narrow(table, 2, 3));
  for (int64_t t = 0; t < 3; ++t) {
    for (int64_t pair = 0; pair < 2; ++pair) {
      const double angle = static_cast<double>(t + 2) * std::pow(10000.0, -pair / 2.0);
      const double a = x[0][0][t][pair].item<double>();
      const double b = x[0][0][t][pair + 2].item<double>();
      EXPECT_NEAR(y[0][0][t][pair].item<double>(), a * std::cos(angle) - b * std::sin(angle), 1e-5);
      EXPECT_NEAR(y[0][0][t][pair + 2].item<double>(), b * std::cos(angle) + a * std::sin(angle),
                  1e-5);
    }
    // Numbers behind the rotary part pass through.
    EXPECT_EQ(y[0][0][t][4].item<float>(), x[0][0][t][4].item<float>());
    EXPECT_EQ(y[0][0][t][5].item<float>(), x[0][0][t][5].item<float>());
  }
}

// Angle of the first position, for each pair: the frequency itself.
double frequency(const RotaryAngles& table, int64_t pair) {
  return std::atan2(table.sin[1][pair].item<double>(), table.cos[1][pair].item<double>());
}

TEST(Rotary, LinearScalingStretchesPositions) {
  const auto config = parse_rotary_config(
      json{{"rope_theta", 100}, {"rope_scaling", {{"type", "linear"}, {"factor", 4.0}}}});
  ASSERT_TRUE(config) << config.error();
  const RotaryAngles table = make_rotary_angles(2, 4, *config, at::kCPU);
  EXPECT_NEAR(frequency(table, 0), 0.25, 1e-6);
  EXPECT_NEAR(frequency(table, 1), 0.1 / 4, 1e-6);
}

TEST(Rotary, Llama3ScalingKeepsFastPairsStretchesSlowOnesAndBlendsBetween) {
  const auto config = parse_rotary_config(json{{"rope_parameters",
                                                {{"rope_type", "llama3"},
                                                 {"rope_theta", 10000.0},
                                                 {"factor", 8.0},
                                                 {"low_freq_factor", 1.0},
                                                 {"high_freq_factor", 4.0},
                                                 {"original_max_position_embeddings", 64}}}});
  ASSERT_TRUE(config) << config.error();
  const RotaryAngles table = make_rotary_angles(2, 16, *config, at::kCPU);
  EXPECT_NEAR(frequency(table, 0), 1.0, 1e-6);  // wavelength 6.3, below 64 / 4
  // Pair 1: wavelength 19.87, between 16 and 64: 64 / 19.87 = 3.221 of the way from 1 to 4.
  const double base = std::pow(10000.0, -1.0 / 8);
  const double share = (64 * base / (2 * M_PI) - 1) / 3;
  EXPECT_NEAR(frequency(table, 1), (1 - share) * base / 8 + share * base, 1e-6);
  EXPECT_NEAR(frequency(table, 7), std::pow(10000.0, -7.0 / 8) / 8, 1e-8);
}

TEST(Rotary, AScalingThatIsNotKnownIsRefused) {
  const auto config =
      parse_rotary_config(json{{"rope_scaling", {{"rope_type", "yarn"}, {"factor", 2.0}}}});
  ASSERT_FALSE(config);
  EXPECT_NE(config.error().message.find("yarn"), std::string::npos);
}

}  // namespace
}  // namespace slava
