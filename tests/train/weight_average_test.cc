#include "train/weight_average.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

Parameter parameter(double value) {
  Tensor tensor = at::full({3}, value, at::kFloat);
  tensor.requires_grad_(true);
  return {"w", tensor, Role::kTrained};
}

void set(const Parameter& parameter, double value) {
  Tensor detached = parameter.tensor.detach();
  detached.fill_(value);
}

TEST(WeightAverage, FollowsTheWeightsByItsDecay) {
  const Parameter w = parameter(0.0);
  WeightAverage average({w}, 0.5);
  double expected = 0;
  for (int step = 1; step <= 20; ++step) {
    set(w, step);
    average.add(step);
    const double decay = std::min(0.5, (1.0 + step) / (10.0 + step));
    expected = decay * expected + (1 - decay) * step;
  }
  const AveragedWeights averaged(average);
  EXPECT_NEAR(w.tensor[0].item<double>(), expected, 1e-4);
}

TEST(WeightAverage, TheWeightsComeBackAsTheyWere) {
  const Parameter w = parameter(2.0);
  WeightAverage average({w}, 0.9);
  set(w, 4.0);
  average.add(1);
  {
    const AveragedWeights averaged(average);
    EXPECT_NE(w.tensor[0].item<double>(), 4.0);
  }
  EXPECT_EQ(w.tensor[0].item<double>(), 4.0);
  EXPECT_TRUE(w.tensor.requires_grad());
}

TEST(WeightAverage, WithoutADecayTheWeightsStandForThemselves) {
  const Parameter w = parameter(2.0);
  WeightAverage average({w}, 0);
  set(w, 4.0);
  average.add(1);
  const AveragedWeights averaged(average);
  EXPECT_EQ(w.tensor[0].item<double>(), 4.0);
  TensorMap state;
  average.save(state);
  EXPECT_TRUE(state.empty());
}

TEST(WeightAverage, ASavedOneIsRestoredAndAForeignOneRefused) {
  const Parameter w = parameter(1.0);
  WeightAverage first({w}, 0.9);
  set(w, 3.0);
  first.add(1);
  TensorMap state;
  first.save(state);
  WeightAverage second({w}, 0.9);
  ASSERT_TRUE(second.restore(state));
  TensorMap again;
  second.save(again);
  EXPECT_TRUE(at::equal(again.at("average.w"), state.at("average.w")));
  EXPECT_FALSE(second.restore({}));
}

}  // namespace
}  // namespace slava
