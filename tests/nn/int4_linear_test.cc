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

TEST(Int4Linear, StoredInFourBitTheLayerIsTheSame) {
  const at::NoGradGuard no_grad;
  at::manual_seed(6);
  for (const auto& [in, out] : {std::pair{1, 1}, {63, 3}, {64, 64}, {65, 70}, {300, 129}}) {
    const Tensor weight = at::randn({out, in}), bias = at::randn({out}), x = at::randn({5, in});
    if (out > 1) weight[0].zero_();
    const Int4Panels stored = quantized_to_int4(weight);
    const Tensor expected = Int4Linear(weight, bias)(x);
    EXPECT_TRUE(at::equal(Int4Linear(stored, out, in, bias)(x), expected)) << in << " " << out;
    // Its numbers are those that it stands for.
    const Tensor numbers = dequantized(stored, out, in);
    EXPECT_TRUE(at::equal(Int4Linear(numbers, bias)(x), expected));
    EXPECT_LT(relative_error(numbers, weight), 0.15);
  }
}

TEST(Int4Linear, WeightsStoredInFourBitAreNumbersToLayersOfAnyKind) {
  const at::NoGradGuard no_grad;
  at::manual_seed(7);
  const Tensor x = at::randn({2, 99});
  const Int4Panels stored = quantized_to_int4(at::randn({70, 99}));
  const Tensor numbers = dequantized(stored, 70, 99);
  const std::string scope = "m.layers.0.a";
  for (const auto kind : {LinearNumbers::kAsAll, LinearNumbers::kInt8, LinearNumbers::kInt4}) {
    ParameterBinder binder({{scope + ".weight_panels4", stored.panels},
                            {scope + ".weight_scale", stored.scale},
                            {scope + ".weight_shape", at::tensor({70, 99}, at::kLong)}},
                           Missing::kIsError, 0, at::kCPU, at::kFloat);
    binder.compute_linears_in(kind);
    const Linear layer(binder, scope, 99, 70, 0.02, Bias::kNone);
    ASSERT_TRUE(binder.finish("f"));
    const Tensor expected = kind == LinearNumbers::kAsAll  ? linear(x, numbers, Tensor())
                            : kind == LinearNumbers::kInt8 ? Int8Linear(numbers, Tensor())(x)
                                                           : Int4Linear(numbers, Tensor())(x);
    EXPECT_TRUE(at::equal(layer(x), expected));
  }
}

TEST(Int4Linear, PanelsOfAnotherSizeOrTypeAreAnError) {
  const auto problem = [](at::IntArrayRef panels, at::ScalarType type, at::IntArrayRef scale,
                          int64_t inputs = 99) {
    ParameterBinder binder({{"a.weight_panels4", at::zeros(panels, type)},
                            {"a.weight_scale", at::zeros(scale, at::kBFloat16)},
                            {"a.weight_shape", at::tensor({int64_t{6}, inputs})}},
                           Missing::kIsError, 0, at::kCPU, at::kFloat);
    const Linear layer(binder, "a", 99, 6, 0.02, Bias::kNone);
    const Status status = binder.finish("f");
    return status ? "" : status.error().message;
  };
  EXPECT_EQ(problem({1, 2, 2048}, at::kByte, {1, 2, 64}), "");
  EXPECT_NE(problem({1, 1, 2048}, at::kByte, {1, 2, 64}).find("expected [1, 2, 2048]"),
            std::string::npos);
  EXPECT_NE(problem({1, 2, 2048}, at::kByte, {1, 2, 32}).find("expected [1, 2, 64]"),
            std::string::npos);
  EXPECT_NE(problem({1, 2, 2048}, at::kFloat, {1, 2, 64}).find("expected bytes"),
            std::string::npos);
  EXPECT_NE(problem({1, 2, 2048}, at::kByte, {1, 2, 64}, 100).find("_shape is not [6, 99]"),
            std::string::npos);
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
