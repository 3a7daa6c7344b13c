#include "train/threshold.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

TEST(BestF1Threshold, LiesBetweenTheScoresItDivides) {
  EXPECT_DOUBLE_EQ(best_f1_threshold({4, 1, 3, 2}, {true, false, true, false}), 2.5);
}

TEST(BestF1Threshold, TakesAFalsePositiveForATrueOne) {
  // Above 3: F1 2/3. Above 1: 2 of 3 right, F1 4/5.
  EXPECT_DOUBLE_EQ(best_f1_threshold({4, 3, 2, 0}, {true, false, true, false}), 1);
}

TEST(BestF1Threshold, DoesNotDivideEqualScores) {
  EXPECT_DOUBLE_EQ(best_f1_threshold({2, 2, 0}, {true, false, false}), 1);
}

TEST(Quantile, IsTheScoreBelowWhichTheShareLies) {
  EXPECT_DOUBLE_EQ(quantile({5, 1, 2, 4, 3}, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile({}, 0.5), 0);
}

TEST(MarginForPrecision, IsTheSmallestAboveWhichEnoughAreRight) {
  const std::vector<Decision> told = {{4, true}, {3, true}, {2, false}, {1, true}, {0.5, false}};
  EXPECT_DOUBLE_EQ(margin_for_precision(told, 0.75), 1);
  EXPECT_DOUBLE_EQ(margin_for_precision(told, 0.9), 3);
}

TEST(MarginForPrecision, IsAboveAllWhereTooManyAreWrong) {
  EXPECT_GT(margin_for_precision({{4, false}, {3, true}}, 0.9), 4);
}

}  // namespace
}  // namespace slava
