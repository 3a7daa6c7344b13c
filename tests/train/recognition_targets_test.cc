#include "train/recognition_targets.h"

#include <gtest/gtest.h>

#include <cmath>

namespace slava {
namespace {

RecognitionConfig with_sides(const std::vector<std::string>& names) {
  RecognitionConfig config;
  for (const std::string& name : names) config.sides.push_back({name, std::nullopt});
  return config;
}

std::vector<float> row_of(const Tensor& table, int64_t row) {
  const Tensor flat = table[row].contiguous();
  return {flat.data_ptr<float>(), flat.data_ptr<float>() + flat.numel()};
}

TEST(OneSideTargets, AreOfFindingsOnOneSideAlone) {
  const auto table = one_side_targets_of(
      with_sides({"granuloma", "pleural_effusion"}),
      {read_report("Left pleural effusion. Calcified granuloma in the right lung."),
       read_report("Bilateral pleural effusions."), read_report("Pleural effusion.")});
  const auto first = row_of(table, 0);
  EXPECT_EQ(first[0], 0);
  EXPECT_EQ(first[1], 1);
  EXPECT_TRUE(std::isnan(first[2]));
  for (const int64_t row : {1, 2}) {
    for (const float value : row_of(table, row)) EXPECT_TRUE(std::isnan(value)) << row;
  }
}

TEST(OneSideTargets, WhatIsNoTargetOfItsOwnGoesToTheLastColumnWhereItAgrees) {
  const auto table = one_side_targets_of(
      with_sides({"granuloma"}), {read_report("Left pleural effusion. Left pneumothorax."),
                                  read_report("Left pleural effusion. Right pneumothorax.")});
  EXPECT_EQ(row_of(table, 0).back(), 1);
  EXPECT_TRUE(std::isnan(row_of(table, 1).back()));
}

TEST(LabelTargets, AreAffirmedOrSuspectedLabels) {
  const auto table = label_targets_of(
      {read_report("The heart is enlarged. No effusion."), read_report("Possible cardiomegaly.")});
  const auto cardiomegaly = static_cast<int64_t>(Label::kCardiomegaly);
  EXPECT_EQ(table[0][cardiomegaly].item<float>(), 1);
  EXPECT_EQ(table[1][cardiomegaly].item<float>(), 1);
  EXPECT_EQ(table[0][static_cast<int64_t>(Label::kPleuralEffusion)].item<float>(), 0);
}

}  // namespace
}  // namespace slava
