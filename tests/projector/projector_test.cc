#include "projector/projector.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

TEST(Projector, Mlp2xGeluIsTwoLinearLayersWithGeluBetween) {
  ParameterBinder binder({}, Missing::kIsInitialised, 3, at::kCPU, at::kFloat);
  const auto projector = make_projector("mlp2x_gelu", 6, 4, binder, "p");
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

TEST(Projector, AnUnknownTypeIsRefusedByName) {
  ParameterBinder binder({}, Missing::kIsInitialised, 0, at::kCPU, at::kFloat);
  const auto projector = make_projector("ldpnet", 6, 4, binder, "p");
  ASSERT_FALSE(projector);
  EXPECT_NE(projector.error().message.find("ldpnet"), std::string::npos);
}

}  // namespace
}  // namespace slava
