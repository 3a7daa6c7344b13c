#include "train/recognition_thresholds.h"

#include <gtest/gtest.h>

#include <cmath>

namespace slava {
namespace {

const float kUnknown = std::nanf("");

TEST(SideThresholds, TheMarginLeavesOutSidesThatAreGuessed) {
  RecognitionConfig config;
  config.sides = {{"granuloma", std::nullopt}};
  // Clear scores are right, those near 0 are wrong as often as right.
  const Tensor scores =
      at::tensor({2.F, -2.F, 1.5F, 0.1F, 0.2F, -0.1F, -0.2F}).view({7, 1}).repeat({1, 2});
  const Tensor labels = at::tensor({1.F, 0.F, 1.F, 0.F, 1.F, 1.F, 0.F}).view({7, 1});
  const Tensor sides = at::cat({labels, at::full({7, 1}, kUnknown)}, 1);
  const Tensor halves = at::zeros({7, 2, 1});
  const SideCount count = set_side_thresholds(config, {halves, halves}, {scores, sides});
  EXPECT_EQ(count.right, 5U);
  EXPECT_EQ(count.one_sided, 7U);
  EXPECT_EQ(count.both_sided, 0U);
  EXPECT_GT(config.side_margin, 0.1);
  EXPECT_LT(config.side_margin, 1.5);
}

TEST(SideThresholds, AFindingOnBothSidesMakesEitherOneWrong) {
  RecognitionConfig config;
  config.sides = {{"granuloma", std::nullopt}};
  const Tensor both = at::ones({2, 2, 1});
  const Tensor scores = at::full({2, 2}, 3.F);
  const SideCount count =
      set_side_thresholds(config, {both, both}, {scores, at::full({2, 2}, kUnknown)});
  EXPECT_EQ(count.both_sided, 2U);
  EXPECT_EQ(count.right, 0U);
  EXPECT_GT(config.side_margin, 3);
}

TEST(Thresholds, ALabelTooRareIsNeverTold) {
  RecognitionConfig config;
  for (const auto name : label_names()) config.labels.push_back({std::string(name), std::nullopt});
  Tensor labels = at::zeros({20, kLabelCount});
  labels.narrow(0, 0, 6).select(1, 1).fill_(1);  // Cardiomegaly in six, Pneumothorax in two
  labels.narrow(0, 0, 2).select(1, 8).fill_(1);
  set_thresholds(config, {labels * 2 - 1, labels});
  EXPECT_TRUE(config.labels[1].threshold);
  EXPECT_FALSE(config.labels[8].threshold);
}

}  // namespace
}  // namespace slava
