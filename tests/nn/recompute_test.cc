#include "nn/recompute.h"

#include <ATen/autocast_mode.h>
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

namespace slava {
namespace {

struct Outcome {
  Tensor value, x_gradient, w_gradient;
};

enum class Way { kKept, kRecomputed };

// sum(dropout(gelu(x W^T)) ^ 2), with the block in the middle called in one way or the other.
Outcome outcome(Way way, bool input_wants_gradient = true) {
  at::manual_seed(3);
  const Tensor w = at::randn({5, 4}).requires_grad_(true);
  Tensor x = at::randn({7, 4});
  if (input_wants_gradient) x.requires_grad_(true);
  int calls = 0;
  const auto block = [&](const Tensor& in) {
    ++calls;
    return at::dropout(at::gelu(at::linear(in, w)), 0.5, true);
  };
  at::manual_seed(11);
  const Tensor y = way == Way::kKept ? block(x) : recomputed(block, x);
  at::rand({3});  // later draws must not matter
  y.square().sum().backward();
  EXPECT_EQ(calls, way == Way::kKept ? 1 : 2);
  return {y.detach(), x.grad(), w.grad()};
}

TEST(Recompute, ValueAndGradientsAreThoseOfTheFunction) {
  const Outcome kept = outcome(Way::kKept), again = outcome(Way::kRecomputed);
  EXPECT_TRUE(at::equal(kept.value, again.value));
  EXPECT_TRUE(at::allclose(kept.x_gradient, again.x_gradient));
  EXPECT_TRUE(at::allclose(kept.w_gradient, again.w_gradient));
  EXPECT_GT(kept.w_gradient.abs().sum().item<double>(), 0);
}

TEST(Recompute, LeavesGetGradientsEvenWhenTheInputWantsNone) {
  const Outcome kept = outcome(Way::kKept, false);
  const Outcome again = outcome(Way::kRecomputed, false);
  EXPECT_TRUE(at::allclose(kept.w_gradient, again.w_gradient));
}

TEST(Recompute, TheGeneratorGoesOnAsIfNothingWasRepeated) {
  outcome(Way::kKept);
  const Tensor after = at::rand({3});
  outcome(Way::kRecomputed);
  EXPECT_TRUE(at::equal(at::rand({3}), after));
}

TEST(Recompute, ChainsAddUpInSharedLeaves) {
  const auto chained = [](Way way) {
    at::manual_seed(5);
    const Tensor w = at::randn({4, 4}).requires_grad_(true);
    Tensor x = at::randn({2, 4});
    const auto block = [&](const Tensor& in) { return at::tanh(at::linear(in, w)); };
    for (int i = 0; i < 3; ++i) x = way == Way::kKept ? block(x) : recomputed(block, x);
    x.sum().backward();
    return w.grad();
  };
  EXPECT_TRUE(at::allclose(chained(Way::kKept), chained(Way::kRecomputed)));
}

TEST(Recompute, AutocastIsRepeatedToo) {
  const auto under_autocast = [](Way way) {
    at::manual_seed(5);
    const Tensor w = at::randn({16, 16}).requires_grad_(true);
    const Tensor x = at::randn({8, 16});
    const auto block = [&](const Tensor& in) { return at::tanh(at::linear(in, w)); };
    at::autocast::set_autocast_dtype(at::kCPU, at::kBFloat16);
    at::autocast::set_autocast_enabled(at::kCPU, true);
    const Tensor y = way == Way::kKept ? block(x) : recomputed(block, x);
    at::autocast::set_autocast_enabled(at::kCPU, false);
    at::autocast::clear_cache();
    EXPECT_EQ(y.scalar_type(), at::kBFloat16);
    y.to(at::kFloat).sum().backward();
    return w.grad();
  };
  const Tensor kept = under_autocast(Way::kKept), again = under_autocast(Way::kRecomputed);
  ASSERT_TRUE(again.defined());
  EXPECT_TRUE(at::allclose(kept, again));
  EXPECT_FALSE(at::autocast::is_autocast_enabled(at::kCPU));
}

TEST(Recompute, WithoutGradientsItIsAPlainCall) {
  const at::NoGradGuard no_grad;
  int calls = 0;
  const Tensor y = recomputed(
      [&](const Tensor& in) {
        ++calls;
        return in * 2;
      },
      at::ones({2}));
  EXPECT_EQ(calls, 1);
  EXPECT_FALSE(y.requires_grad());
}

}  // namespace
}  // namespace slava
