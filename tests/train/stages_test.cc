#include "train/stages.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

TEST(Stages, RecognitionTrainsTheProjectorAlone) {
  const auto stage = stage_defaults("recognition");
  ASSERT_TRUE(stage) << stage.error();
  EXPECT_EQ(stage->parts, std::vector<std::string>{"projector"});
  EXPECT_EQ(stage->prompt_template, "plain");
  EXPECT_EQ(stage->learning_rate, 1e-3);
  EXPECT_EQ(stage->epochs, 1);
  EXPECT_EQ(stage->batch, 8);
}

TEST(Stages, ReasoningAndReportingTrainEverythingGently) {
  for (const char* name : {"reasoning", "reporting"}) {
    const auto stage = stage_defaults(name);
    ASSERT_TRUE(stage) << stage.error();
    EXPECT_EQ(stage->parts.size(), 3U);
    EXPECT_EQ(stage->prompt_template, "chat");
    EXPECT_EQ(stage->learning_rate, 2e-5);
    EXPECT_EQ(stage->batch, 4);
    EXPECT_EQ(stage->weight_decay, 0);
    EXPECT_EQ(stage->warmup, 0.03);
  }
  EXPECT_EQ(stage_defaults("reporting")->epochs, 3);
}

TEST(Stages, AnUnknownOneIsRefusedWithTheNames) {
  const auto stage = stage_defaults("pretraining");
  ASSERT_FALSE(stage);
  EXPECT_EQ(stage.error().kind, ErrorKind::kUsage);
  EXPECT_NE(stage.error().message.find("recognition, reasoning, reporting"), std::string::npos);
}

}  // namespace
}  // namespace slava
