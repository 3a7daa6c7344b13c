#include "projector/projector.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

ProjectorConfig config(const std::string& type) {
  ProjectorConfig config;
  config.type = type;
  config.scope = "p";
  return config;
}

std::vector<std::string> names(const ParameterBinder& binder) {
  std::vector<std::string> names;
  for (const Parameter& parameter : binder.parameters()) names.push_back(parameter.name);
  return names;
}

TEST(Projector, Mlp2xGeluIsTwoLinearLayersWithGeluBetween) {
  ParameterBinder binder({}, Missing::kIsInitialised, 3, at::kCPU, at::kFloat);
  const auto projector = make_projector(config("mlp2x_gelu"), 6, 4, binder);
  ASSERT_TRUE(projector) << projector.error();
  TensorMap weights;
  for (const Parameter& parameter : binder.parameters()) weights[parameter.name] = parameter.tensor;
  ASSERT_EQ(weights.size(), 4U);

  const Tensor x = at::randn({2, 3, 6});
  const Tensor first = x.matmul(weights["p.0.weight"].t()) + weights["p.0.bias"];
  const Tensor gelu = 0.5 * first * (1 + at::erf(first / std::sqrt(2.0)));
  const Tensor expected = gelu.matmul(weights["p.2.weight"].t()) + weights["p.2.bias"];
  const Tensor y = (*projector)->project(x);
  EXPECT_EQ(y.sizes().vec(), (std::vector<int64_t>{2, 3, 4}));
  EXPECT_TRUE(at::allclose(y, expected, 1e-5, 1e-5));
}

TEST(Projector, LinearIsOneLayerUnderTheScopeItself) {
  ParameterBinder binder({}, Missing::kIsInitialised, 3, at::kCPU, at::kFloat);
  const auto projector = *make_projector(config("linear"), 6, 4, binder);
  EXPECT_EQ(names(binder), (std::vector<std::string>{"p.weight", "p.bias"}));
  EXPECT_EQ(projector->project(at::randn({1, 2, 6})).sizes().vec(),
            (std::vector<int64_t>{1, 2, 4}));
}

TEST(Projector, LayersMayHaveNamesOfTheirOwnAndNoBias) {
  ProjectorConfig named = config("mlp2x_gelu");
  named.layers = {"linear_1", "linear_2"};
  named.bias = Bias::kNone;
  ParameterBinder binder({}, Missing::kIsInitialised, 3, at::kCPU, at::kFloat);
  ASSERT_TRUE(make_projector(named, 6, 4, binder));
  EXPECT_EQ(names(binder), (std::vector<std::string>{"p.linear_1.weight", "p.linear_2.weight"}));
}

TEST(Projector, AnUnknownTypeIsRefusedByName) {
  ParameterBinder binder({}, Missing::kIsInitialised, 0, at::kCPU, at::kFloat);
  const auto projector = make_projector(config("qformer"), 6, 4, binder);
  ASSERT_FALSE(projector);
  EXPECT_NE(projector.error().message.find("qformer"), std::string::npos);
}

TEST(Projector, AnMlpKeepsTheNumberOfTokens) {
  ParameterBinder binder({}, Missing::kIsInitialised, 0, at::kCPU, at::kFloat);
  EXPECT_EQ((*make_projector(config("linear"), 6, 4, binder))->tokens(577), 577);
}

// What they compute is held against the reference in tests/assistant/golden_checkpoint_test.cc.
TEST(Projector, LdpnetHalvesTheGrid) {
  ParameterBinder binder({}, Missing::kIsInitialised, 0, at::kCPU, at::kFloat);
  const auto projector = *make_projector(config("ldpnet"), 6, 16, binder);
  for (const auto& [patches, tokens] : {std::pair{576, 144}, {49, 16}, {4, 1}}) {
    EXPECT_EQ(projector->tokens(patches), tokens);
    EXPECT_EQ(projector->project(at::randn({2, patches, 6})).sizes().vec(),
              (std::vector<int64_t>{2, tokens, 16}));
  }
  EXPECT_EQ(projector->tokens(577), 0) << "with a class token there is no grid";
}

TEST(Projector, Ldpnetv2AlwaysGivesTwelveByTwelve) {
  ParameterBinder binder({}, Missing::kIsInitialised, 0, at::kCPU, at::kFloat);
  const auto projector = *make_projector(config("ldpnetv2"), 6, 8, binder);
  for (const int64_t patches : {576, 196}) {
    EXPECT_EQ(projector->tokens(patches), 144);
    EXPECT_EQ(projector->project(at::randn({1, patches, 6})).sizes().vec(),
              (std::vector<int64_t>{1, 144, 8}));
  }
  EXPECT_EQ(projector->tokens(577), 0);
}

TEST(Projector, SqueezeAndExcitationIsAQuarterWideInStepsOfEight) {
  for (const auto& [width, squeezed] : {std::pair{2560, 640}, {2048, 512}, {48, 16}, {16, 8}}) {
    ParameterBinder binder({}, Missing::kIsInitialised, 0, at::kCPU, at::kFloat);
    ASSERT_TRUE(make_projector(config("ldpnet"), 6, width, binder));
    for (const Parameter& parameter : binder.parameters()) {
      if (parameter.name == "p.model.mb_block.1.block.1.fc1.bias") {
        EXPECT_EQ(parameter.tensor.size(0), squeezed) << width;
      }
    }
  }
}

}  // namespace
}  // namespace slava
