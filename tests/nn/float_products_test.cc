#include "nn/float_products.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

namespace slava {
namespace {

// As much as a rounding of the type, of numbers about as large as the sums.
double tolerance(at::ScalarType type) { return type == at::kFloat ? 1e-4 : 0.2; }

double largest_difference(const Tensor& found, const Tensor& expected) {
  return (found.to(at::kFloat) - expected).abs().max().item<double>();
}

TEST(FloatProducts, LinearIsLibtorchsForAnyNumberOfRows) {
  const at::NoGradGuard no_grad;
  at::manual_seed(1);
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    for (const int64_t rows : {1, 2, 3, 4, 5, 40}) {
      const Tensor x = at::randn({1, rows, 130}).to(type), bias = at::randn({77}).to(type);
      // Every second column, and all of them.
      for (const Tensor& weight :
           {at::randn({77, 260}).to(type).slice(1, 0, 260, 2), at::randn({77, 130}).to(type)}) {
        for (const Tensor& added : {bias, Tensor()}) {
          const Tensor wide = added.defined() ? added.to(at::kFloat) : added;
          const Tensor expected = at::linear(x.to(at::kFloat), weight.to(at::kFloat), wide);
          const Tensor found = linear(x, weight, added);
          EXPECT_EQ(found.scalar_type(), type);
          EXPECT_EQ(found.sizes(), expected.sizes());
          EXPECT_LT(largest_difference(found, expected), tolerance(type)) << rows << " rows";
        }
      }
    }
  }
}

TEST(FloatProducts, LinearHasGradientsWhereTheyAreWanted) {
  const Tensor x = at::randn({2, 5}), weight = at::randn({3, 5}).requires_grad_();
  linear(x, weight, Tensor()).sum().backward();
  EXPECT_TRUE(at::allclose(weight.grad(), x.sum(0).expand({3, 5})));
}

TEST(FloatProducts, ConvolutionIsLibtorchsInEitherType) {
  const at::NoGradGuard no_grad;
  at::manual_seed(2);
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    const Tensor x = at::randn({2, 4, 9, 9}).to(type), weight = at::randn({6, 2, 3, 3}).to(type);
    const Tensor bias = at::randn({6}).to(type);
    const Tensor expected =
        at::conv2d(x.to(at::kFloat), weight.to(at::kFloat), bias.to(at::kFloat), 2, 1, 1, 2);
    const Tensor found = convolution(x, weight, bias, {.stride = 2, .padding = 1, .groups = 2});
    EXPECT_EQ(found.scalar_type(), type);
    EXPECT_LT(largest_difference(found, expected), tolerance(type));
  }
}

}  // namespace
}  // namespace slava
