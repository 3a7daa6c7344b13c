#include "nn/int8_linear.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include "nn/layers.h"

namespace slava {
namespace {

double relative_error(const Tensor& found, const Tensor& expected) {
  const Tensor difference = found.to(at::kFloat) - expected.to(at::kFloat);
  return (difference.norm() / expected.to(at::kFloat).norm()).item<double>();
}

TEST(Int8Linear, WeightsKeepTheirLargestNumberOfEachRow) {
  const Tensor weight = at::tensor({1.0, -2.0, 0.5, 0.0, 0.0, 0.0}).view({2, 3}).to(at::kFloat);
  const Int8Weight q = quantized(weight);
  EXPECT_TRUE(at::equal(q.values, at::tensor({64, -127, 32, 0, 0, 0}).view({2, 3}).to(at::kChar)));
  EXPECT_LT((dequantized(q) - weight).abs().max().item<double>(), 1.0 / 127);
}

// Numbers small enough for the processors that add pairs of products in 16 bit.
TEST(Int8Linear, OneDnnsProductIsTheSame) {
  if (!has_onednn_product()) GTEST_SKIP() << "this libtorch has no such operators";
  const at::NoGradGuard no_grad;
  at::manual_seed(3);
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    for (const auto& [rows, in, out] :
         {std::tuple{1, 5, 3}, {7, 130, 65}, {3, 256, 128}, {40, 66, 1000}}) {
      const Int8Weight weight{at::randint(-63, 64, {out, in}, at::kChar), at::rand({out})};
      const Tensor bias = at::randn({out}), x = at::randn({2, rows, in}).to(type);
      for (const Tensor& b : {bias, Tensor()}) {
        const Tensor expected = Int8Linear(weight, b, Int8Linear::Way::kOwn)(x);
        const Tensor found = Int8Linear(weight, b, Int8Linear::Way::kOneDnn)(x);
        EXPECT_EQ(found.scalar_type(), type);
        EXPECT_EQ(found.sizes(), expected.sizes());
        EXPECT_LT(relative_error(found, expected), type == at::kFloat ? 1e-5 : 1e-2);
      }
    }
  }
}

TEST(Int8Linear, StoredInPanelsTheLayerIsTheSameWithoutACopy) {
  const at::NoGradGuard no_grad;
  at::manual_seed(8);
  for (const auto& [in, out] : {std::pair{1, 1}, {63, 3}, {64, 64}, {65, 70}}) {
    const Tensor weight = at::randn({out, in}), x = at::randn({5, in});
    const Int8Weight rows = quantized(weight);
    const Int8Panels panels = quantized_panels(weight);
    EXPECT_TRUE(at::equal(panels.panels, packed(rows).panels));
    EXPECT_TRUE(at::equal(unpacked(panels, in).values, rows.values));
    for (const auto kind : {LinearNumbers::kInt8, LinearNumbers::kAsAll}) {
      ParameterBinder binder({{"a.weight_panels", panels.panels},
                              {"a.weight_scale", panels.scale},
                              {"a.weight_shape", at::tensor({out, in}, at::kLong)}},
                             Missing::kIsError, 0, at::kCPU, at::kFloat);
      binder.compute_linears_in(kind);
      const Linear layer(binder, "a", in, out, 0.02, Bias::kNone);
      ASSERT_TRUE(binder.finish("f"));
      const Tensor expected = kind == LinearNumbers::kInt8 ? Int8Linear(rows, Tensor())(x)
                                                           : at::linear(x, dequantized(rows));
      EXPECT_TRUE(at::equal(layer(x), expected)) << in << " " << out;
    }
  }
}

TEST(Int8Linear, IsNearTheLayerInFloat32) {
  const at::NoGradGuard no_grad;
  at::manual_seed(3);
  for (const auto type : {at::kFloat, at::kBFloat16}) {
    for (const auto& [rows, in, out] :
         {std::tuple{1, 5, 3}, {7, 130, 65}, {3, 256, 128}, {40, 66, 1000}}) {
      const Tensor x = at::randn({2, rows, in}).to(type), bias = at::randn({out});
      const Tensor weight = at::randn({out, in}).to(type);
      const Tensor expected = at::linear(x.to(at::kFloat), weight.to(at::kFloat), bias);
      const Int8Linear layer(weight, bias);
      EXPECT_EQ(layer(x).scalar_type(), type);
      EXPECT_EQ(layer(x).sizes(), expected.sizes());
      EXPECT_LT(relative_error(layer(x), expected), 0.02) << rows << " " << in << " " << out;
      // Stored in 8 bit the layer is the same.
      EXPECT_TRUE(at::equal(Int8Linear(quantized(weight), bias)(x), layer(x)));
    }
  }
}

TEST(Int8Linear, ARowDoesNotDependOnItsNeighbours) {
  const at::NoGradGuard no_grad;
  at::manual_seed(4);
  const Int8Linear layer(at::randn({100, 52}), Tensor());
  const Tensor x = at::randn({9, 52});
  const Tensor all = layer(x);
  for (int64_t i = 0; i < 9; ++i) {
    EXPECT_TRUE(at::equal(layer(x.narrow(0, i, 1))[0], all[i])) << i;
  }
}

TEST(Int8Linear, IsBuiltOfStoredEightBitWeightsInEitherNumberType) {
  const at::NoGradGuard no_grad;
  at::manual_seed(5);
  const Tensor weight = at::randn({6, 10}), x = at::randn({2, 10});
  const Int8Weight stored = quantized(weight);
  const TensorMap tensors{{"a.weight", stored.values}, {"a.weight_scale", stored.scale}};
  ParameterBinder in_int8(tensors, Missing::kIsError, 0, at::kCPU, at::kFloat);
  in_int8.compute_linears_in(LinearNumbers::kInt8);
  const Linear quick(in_int8, "a", 10, 6, 0.02, Bias::kNone);
  ASSERT_TRUE(in_int8.finish("f"));
  EXPECT_TRUE(at::equal(quick(x), Int8Linear(stored, Tensor())(x)));

  ParameterBinder plain(tensors, Missing::kIsError, 0, at::kCPU, at::kFloat);
  const Linear wide(plain, "a", 10, 6, 0.02, Bias::kNone);
  ASSERT_TRUE(plain.finish("f"));
  EXPECT_TRUE(at::allclose(wide(x), at::linear(x, dequantized(stored))));
}

TEST(Int8Linear, AMissingScaleIsToldByName) {
  const TensorMap tensors{{"a.weight", at::zeros({6, 10}, at::kChar)}};
  for (const auto numbers : {LinearNumbers::kInt8, LinearNumbers::kAsAll}) {
    ParameterBinder binder(tensors, Missing::kIsError, 0, at::kCPU, at::kFloat);
    binder.compute_linears_in(numbers);
    const Linear layer(binder, "a", 10, 6, 0.02, Bias::kNone);
    const Status status = binder.finish("model.safetensors");
    ASSERT_FALSE(status);
    EXPECT_NE(status.error().message.find("missing a.weight_scale [6]"), std::string::npos)
        << status.error().message;
  }
}

}  // namespace
}  // namespace slava
