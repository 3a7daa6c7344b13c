#include "train/adamw.h"

#include <gtest/gtest.h>

#include <cmath>

namespace slava {
namespace {

Parameter parameter(const std::string& name, at::IntArrayRef shape, double value) {
  Tensor tensor = at::full(shape, value, at::kFloat);
  tensor.requires_grad_(true);
  return {name, tensor, Role::kTrained};
}

TEST(AdamW, FollowsThePapersEquations) {
  const Parameter w = parameter("w", {1, 1}, 1.0);
  AdamW optimizer({w}, {.weight_decay = 0.1});
  double expected = 1.0, m = 0, v = 0;
  for (int step = 1; step <= 5; ++step) {
    // The loss is w squared, so the gradient is 2 w.
    w.tensor.square().sum().backward();
    const double g = 2 * expected;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    expected *= 1 - 0.01 * 0.1;
    expected -= 0.01 * (m / (1 - std::pow(0.9, step))) /
                (std::sqrt(v / (1 - std::pow(0.999, step))) + 1e-8);
    optimizer.step(step, 0.01);
    EXPECT_NEAR(w.tensor.item<double>(), expected, 1e-6) << step;
    EXPECT_FALSE(w.tensor.grad().defined());
  }
}

TEST(AdamW, DoesNotDecayBiasesAndNorms) {
  const Parameter matrix = parameter("matrix", {1, 1}, 1.0);
  const Parameter bias = parameter("bias", {1}, 1.0);
  AdamW optimizer({matrix, bias}, {.weight_decay = 0.5});
  (matrix.tensor.sum() * 0 + bias.tensor.sum() * 0).backward();
  optimizer.step(1, 0.1);
  EXPECT_NEAR(matrix.tensor.item<double>(), 0.95, 1e-6);
  EXPECT_EQ(bias.tensor.item<double>(), 1.0);
}

TEST(AdamW, ClipsTheCommonNorm) {
  const Parameter a = parameter("a", {1}, 3.0);
  const Parameter b = parameter("b", {1}, 4.0);
  AdamW optimizer({a, b}, {});
  (a.tensor.square().sum() / 2 + b.tensor.square().sum() / 2).backward();
  EXPECT_NEAR(optimizer.clip_gradients(1.0), 5.0, 1e-6);
  EXPECT_NEAR(a.tensor.grad().item<double>(), 0.6, 1e-6);
  EXPECT_NEAR(b.tensor.grad().item<double>(), 0.8, 1e-6);
}

TEST(AdamW, ASavedStateIsRestoredAndAForeignOneRefused) {
  const Parameter w = parameter("w", {2, 2}, 1.0);
  AdamW first({w}, {});
  w.tensor.sum().backward();
  first.step(1, 0.1);
  TensorMap state;
  first.save(state);
  AdamW second({w}, {});
  ASSERT_TRUE(second.restore(state));
  TensorMap again;
  second.save(again);
  EXPECT_TRUE(at::equal(again.at("moment1.w"), state.at("moment1.w")));
  AdamW other({parameter("other", {2}, 0)}, {});
  EXPECT_FALSE(other.restore(state));
}

TEST(LearningRate, RisesLinearlyThenFallsAsACosine) {
  const auto rate = [](int64_t step) { return scheduled_learning_rate(step, 100, 1.0, 0.1, 0.02); };
  EXPECT_NEAR(rate(0), 0.1, 1e-9);
  EXPECT_NEAR(rate(9), 1.0, 1e-9);
  EXPECT_NEAR(rate(54), 0.51, 1e-9);
  EXPECT_NEAR(rate(99), 0.02, 1e-9);
  for (int64_t step = 10; step < 99; ++step) EXPECT_GT(rate(step), rate(step + 1)) << step;
}

}  // namespace
}  // namespace slava
