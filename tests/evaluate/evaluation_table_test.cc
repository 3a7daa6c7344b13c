#include "evaluate/evaluation_table.h"

#include <gtest/gtest.h>

#include <limits>

namespace slava {
namespace {

TEST(ThreeDigits, RoundsAndNeverPrintsANegativeZero) {
  EXPECT_EQ(three_digits(0.41249), "0.412");
  EXPECT_EQ(three_digits(-0.0), "0.000");
  EXPECT_EQ(three_digits(-0.0004), "0.000");
  EXPECT_EQ(three_digits(-0.0006), "-0.001");
  EXPECT_EQ(three_digits(-10.0), "-10.000");
}

TEST(ThreeDigits, WhatIsNoNumberIsADash) {
  EXPECT_EQ(three_digits(std::numeric_limits<double>::quiet_NaN()), "-");
  EXPECT_EQ(three_digits(std::numeric_limits<double>::infinity()), "-");
}

}  // namespace
}  // namespace slava
