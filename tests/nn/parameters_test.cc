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

}  // namespace
}  // namespace slava
