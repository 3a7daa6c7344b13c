#include "decoder/rotary.h"

#include <gtest/gtest.h>

#include <cmath>

namespace slava {
namespace {

TEST(Rotary, TurnsEachPairByItsPositionTimesFrequency) {
  const RotaryAngles table = make_rotary_angles(8, 4, 10000, at::kCPU);
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

}  // namespace
}  // namespace slava
