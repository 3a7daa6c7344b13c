#include "nn/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slava {
namespace {

using testing::HasSubstr;

TEST(ParameterBinder, GivesOutWhatTheCheckpointHolds) {
  ParameterBinder binder({{"x.weight", at::full({2, 2}, 7.0)}}, Missing::kIsError, 0, at::kCPU,
                         at::kFloat);
  const Tensor weight = binder.bind("x", "weight", {2, 2}, Start::zeros());
  EXPECT_TRUE(at::equal(weight, at::full({2, 2}, 7.0, at::kFloat)));
  EXPECT_TRUE(binder.finish("model.safetensors"));
}

TEST(ParameterBinder, ListsEverythingThatDoesNotFitInOneMessage) {
  ParameterBinder binder({{"a", at::ones({3})}, {"left", at::ones({1})}}, Missing::kIsError, 0,
                         at::kCPU, at::kFloat);
  binder.bind("", "a", {2}, Start::zeros());
  binder.bind("", "b", {5, 4}, Start::zeros());
  const auto finished = binder.finish("model.safetensors");
  ASSERT_FALSE(finished);
  EXPECT_EQ(finished.error().kind, ErrorKind::kModel);
  EXPECT_THAT(finished.error().message, HasSubstr("model.safetensors"));
  EXPECT_THAT(finished.error().message, HasSubstr("a has shape [3], expected [2]"));
  EXPECT_THAT(finished.error().message, HasSubstr("missing b [5, 4]"));
  EXPECT_THAT(finished.error().message, HasSubstr("unexpected left"));
}

TEST(ParameterBinder, StartValuesDependOnSeedAndNameAlone) {
  const auto value = [](uint64_t seed, const std::string& name, bool with_neighbour) {
    ParameterBinder binder({}, Missing::kIsInitialised, seed, at::kCPU, at::kFloat);
    if (with_neighbour) binder.bind("", "neighbour", {4}, Start::normal(1));
    return binder.bind("", name, {4}, Start::normal(1));
  };
  EXPECT_TRUE(at::equal(value(1, "a", false), value(1, "a", true)));
  EXPECT_FALSE(at::equal(value(1, "a", false), value(2, "a", false)));
  EXPECT_FALSE(at::equal(value(1, "a", false), value(1, "b", false)));
}

TEST(ParameterBinder, StatisticsStayFloat32) {
  ParameterBinder binder({}, Missing::kIsInitialised, 0, at::kCPU, at::kBFloat16);
  EXPECT_EQ(binder.bind("", "w", {2}, Start::ones()).scalar_type(), at::kBFloat16);
  EXPECT_EQ(binder.bind("", "mean", {2}, Start::zeros(), Role::kStatistic).scalar_type(),
            at::kFloat);
  EXPECT_EQ(binder.initialised(), (std::vector<std::string>{"w", "mean"}));
}

TEST(ParameterBinder, AFusedTensorIsTakenApartAsIfTheFileHadHeldTheParts) {
  ParameterBinder binder({{"fused", at::arange(6, at::kFloat).view({3, 2})}}, Missing::kIsError, 0,
                         at::kCPU, at::kFloat);
  ASSERT_TRUE(binder.holds("fused"));
  const Tensor fused = binder.take("fused", {3, 2});
  EXPECT_FALSE(binder.holds("fused"));
  binder.put("part", fused[1]);
  EXPECT_TRUE(at::equal(binder.bind("", "part", {2}, Start::zeros()), at::tensor({2.f, 3.f})));
  EXPECT_TRUE(binder.finish("file"));
}

TEST(ParameterBinder, AnExpectedTensorIsCheckedAndNotLoaded) {
  ParameterBinder binder({{"s.good", at::ones({2})}, {"s.wrong", at::ones({3})}}, Missing::kIsError,
                         0, at::kCPU, at::kFloat);
  binder.expect("s", "good", {2});
  binder.expect("s", "wrong", {2});
  binder.expect("s", "gone", {4});
  EXPECT_TRUE(binder.parameters().empty());
  const auto status = binder.finish("file");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message.find("s.good"), std::string::npos);
  EXPECT_NE(status.error().message.find("s.wrong has shape [3], expected [2]"), std::string::npos);
  EXPECT_NE(status.error().message.find("missing s.gone [4]"), std::string::npos);
}

}  // namespace
}  // namespace slava
