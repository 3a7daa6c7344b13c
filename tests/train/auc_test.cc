#include "train/auc.h"

#include <gtest/gtest.h>

#include <cmath>

namespace slava {
namespace {

TEST(Auc, IsTheChanceThatAPositiveScoresAboveANegative) {
  EXPECT_DOUBLE_EQ(*auc({0.1F, 0.4F, 0.35F, 0.8F}, {false, false, true, true}), 0.75);
  EXPECT_DOUBLE_EQ(*auc({1, 2, 3, 4}, {false, false, true, true}), 1.0);
  EXPECT_DOUBLE_EQ(*auc({4, 3, 2, 1}, {false, false, true, true}), 0.0);
}

TEST(Auc, TiesCountHalf) {
  EXPECT_DOUBLE_EQ(*auc({1, 1, 1, 1}, {false, true, false, true}), 0.5);
  EXPECT_DOUBLE_EQ(*auc({1, 2, 2}, {false, false, true}), 0.75);
}

TEST(Auc, NeedsBothKinds) {
  EXPECT_FALSE(auc({1, 2}, {true, true}));
  EXPECT_FALSE(auc({1, 2}, {false, false}));
}

TEST(MeanAuc, LeavesOutRareAndUnknownLabels) {
  const float nan = std::nanf("");
  const Tensor scores = at::tensor({1.F, 9.F, 2.F, 5.F, 3.F, 1.F, 4.F, 0.F}).view({4, 2});
  // Column 0: two positives on top. Column 1: one positive only, below the limit.
  const Tensor labels = at::tensor({0.F, 1.F, 0.F, 0.F, 1.F, nan, 1.F, 0.F}).view({4, 2});
  EXPECT_DOUBLE_EQ(*mean_auc(scores, labels, 2), 1.0);
  EXPECT_FALSE(mean_auc(scores, labels, 3));
}

}  // namespace
}  // namespace slava
