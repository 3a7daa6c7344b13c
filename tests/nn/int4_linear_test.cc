#include "nn/int4_linear.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "nn/layers.h"

namespace slava {
namespace {

double relative_error(const Tensor& found, const Tensor& expected) {
  const Tensor difference = found.to(at::kFloat) - expected.to(at::kFloat);
  return (difference.norm() / expected.to(at::kFloat).norm()).item<double>();
}

// What the numbers are exactly: tests/kernels. Here that they are a layer's.
TEST(Int4Linear, IsNearTheLayerInFloat32) {
  const at::NoGradGuard no_grad;
  at::manual_seed(3);
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    for (const auto& [rows, in, out] :
         {std::tuple{1, 64, 3}, {7, 130, 65}, {3, 256, 128}, {40, 66, 1000}}) {
      const Tensor x = at::randn({2, rows, in}).to(type), bias = at::randn({out});
      const Tensor weight = at::randn({out, in}).to(type);
      const Tensor expected = at::linear(x.to(at::kFloat), weight.to(at::kFloat), bias);
      const Int4Linear layer(weight, bias);
      EXPECT_EQ(layer(x).scalar_type(), type);
      EXPECT_EQ(layer(x).sizes(), expected.sizes());
      EXPECT_LT(relative_error(layer(x), expected), 0.2) << rows << " " << in << " " << out;
    }
  }
}

TEST(Int4Linear, ARowDoesNotDependOnItsNeighbours) {
  const at::NoGradGuard no_grad;
  at::manual_seed(4);
  const Int4Linear layer(at::randn({100, 152}), Tensor());
  const Tensor x = at::randn({29, 152});
  const Tensor all = layer(x);
  for (int64_t i = 0; i < 29; ++i) {
    EXPECT_TRUE(at::equal(layer(x.narrow(0, i, 1))[0], all[i])) << i;
  }
}

TEST(Int4Linear, IsForTheLayersOfAStackAlone) {
  ParameterBinder binder({}, Missing::kIsInitialised, 1, at::kCPU, at::kFloat);
  binder.compute_linears_in(LinearNumbers::kInt4);
  const Linear in_stack(binder, "model.layers.3.mlp.fc1", 64, 8);
  const Linear head(binder, "lm_head", 64, 8);
  EXPECT_TRUE(in_stack.int4 && !in_stack.int8);
  EXPECT_TRUE(head.int8 && !head.int4);
}

TEST(Int4Linear, TakesWeightsThatAreStoredInEightBit) {
  const at::NoGradGuard no_grad;
  at::manual_seed(5);
  const Tensor weight = at::randn({6, 100}), x = at::randn({2, 100});
  const Int8Weight stored = quantized(weight);
  ParameterBinder binder(
      {{"m.layers.0.a.weight", stored.values}, {"m.layers.0.a.weight_scale", stored.scale}},
      Missing::kIsError, 0, at::kCPU, at::kFloat);
  binder.compute_linears_in(LinearNumbers::kInt4);
  const Linear layer(binder, "m.layers.0.a", 100, 6, 0.02, Bias::kNone);
  ASSERT_TRUE(binder.finish("f"));
  EXPECT_TRUE(at::equal(layer(x), Int4Linear(dequantized(stored), Tensor())(x)));
}

}  // namespace
}  // namespace slava
