// Recipes: how the file is read, and stages that run in turn.
#include "commands/recipe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/strings.h"
#include "commands/program.h"
#include "support/temporary_folder.h"
#include "support/tiny_checkpoint.h"

namespace slava {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class RecipeFile : public testing::Test {
 protected:
  std::string error_of(const std::string& text) const {
    std::ofstream(folder_ / "recipe.toml") << text;
    const auto recipe = read_recipe(folder_ / "recipe.toml");
    return recipe ? "accepted" : recipe.error().message;
  }
  TemporaryFolder folder_;
};

TEST_F(RecipeFile, HoldsValuesForAllStagesAndForEach) {
  std::ofstream(folder_ / "recipe.toml") << R"(data = "train.json"
[[stage]]
name = "recognition"
learning-rate = 0.5
[[stage]]
name = "second-2"
freeze = ["a", "b"]
weighted = true
)";
  const auto recipe = read_recipe(folder_ / "recipe.toml");
  ASSERT_TRUE(recipe) << recipe.error();
  EXPECT_EQ(recipe->common.at("data"), std::vector<std::string>{"train.json"});
  ASSERT_EQ(recipe->stages.size(), 2U);
  EXPECT_EQ(recipe->stages[0].values.at("learning-rate"), std::vector<std::string>{"0.5"});
  EXPECT_EQ(recipe->stages[1].name, "second-2");
  EXPECT_EQ(recipe->stages[1].values.at("freeze"), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(recipe->stages[1].values.at("weighted"), std::vector<std::string>{"true"});
}

TEST_F(RecipeFile, WhatIsWrongIsToldWithItsLine) {
  EXPECT_THAT(error_of("data = 'x'\n"), HasSubstr("[[stage]]"));
  EXPECT_THAT(error_of("a = \n"), HasSubstr("line 1"));
  EXPECT_THAT(error_of("[[stage]]\nname = '../x'\n"), HasSubstr("line 1: the stage's name"));
  EXPECT_THAT(error_of("[[stage]]\nname = 'a'\n[[stage]]\nname = 'a'\n"),
              HasSubstr("line 3: a second stage a"));
  EXPECT_THAT(error_of("[[stage]]\nname = 'a'\nresume = true\n"), HasSubstr("line 3: 'resume'"));
  EXPECT_THAT(error_of("[[stage]]\nname = 'a'\nepochs = {a = 1}\n"), HasSubstr("line 3: epochs"));
}

class RecipeRun : public testing::Test {
 protected:
  RecipeRun() {
    write_tiny_config(folder_ / "config");
    json items = json::array();
    for (int i = 0; i < 4; ++i) {
      items.push_back({{"id", cat(i)},
                       {"image", SLAVA_SOURCE_DIR "/tests/golden/checkpoints/films/small.png"},
                       {"conversations",
                        {{{"from", "human"}, {"value", "<image>\nWrite a report."}},
                         {{"from", "gpt"},
                          {"value",
                           "FINDINGS: The heart is normal and the lungs are clear. "
                           "IMPRESSION: No acute disease of the chest."}}}}});
    }
    std::ofstream(folder_ / "data.json") << items.dump();
  }

  void write_recipe(const std::string& more = "") const {
    std::ofstream(folder_ / "recipe.toml")
        << "data = '" << (folder_ / "data.json").string() << "'\nvalidation = '"
        << (folder_ / "data.json").string() << "'\nconfig-from = '" << (folder_ / "config").string()
        << "'\nbatch = 2\nthreads = 1\ndtype = 'float32'\nsave-dtype = 'float32'\n"
        << "[[stage]]\nname = 'recognition'\nepochs = 2\n"
        << "[[stage]]\nname = 'last'\nstage = 'reporting'\nepochs = 1\nlearning-rate = 1e-3\n"
        << more;
  }

  ProgramRun run(const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"train", "--recipe", (folder_ / "recipe.toml").string(),
                                       "--output", (folder_ / "runs").string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_slava(arguments);
  }

  json options_of(const std::string& stage) const {
    return json::parse(*read_file(folder_ / "runs" / stage / "train.json"));
  }

  TemporaryFolder folder_;
};

TEST_F(RecipeRun, StagesFollowEachOtherAndCompleteOnesAreSkipped) {
  write_recipe();
  const auto first = run();
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("recognition: steps 4"));
  EXPECT_THAT(first.out, HasSubstr("last: steps 2"));
  const json recognition = options_of("recognition"), last = options_of("last");
  // The stage's defaults, where neither recipe nor command line say otherwise.
  EXPECT_EQ(recognition["stage"], "recognition");
  EXPECT_EQ(recognition["train"], json::array({"projector"}));
  EXPECT_EQ(recognition["learning_rate"], 1e-3);
  EXPECT_EQ(recognition["batch"], 2);
  EXPECT_EQ(last["stage"], "reporting");
  EXPECT_EQ(last["learning_rate"], 1e-3);
  EXPECT_EQ(last["init"], (folder_ / "runs/recognition/best").string());
  EXPECT_TRUE(std::filesystem::exists(folder_ / "runs/last/best/model.safetensors"));

  const auto again = run();
  ASSERT_EQ(again.exit_code, 0) << again.err;
  EXPECT_THAT(again.out, HasSubstr("recognition: complete already"));
  // A lost last stage is done again, the first one is not.
  std::filesystem::remove_all(folder_ / "runs/last");
  const auto third = run();
  ASSERT_EQ(third.exit_code, 0) << third.err;
  EXPECT_THAT(third.out, HasSubstr("recognition: complete already"));
  EXPECT_THAT(third.out, HasSubstr("last: steps 2"));
}

TEST_F(RecipeRun, TheCommandLineWinsOverTheRecipe) {
  write_recipe();
  const auto result = run({"--epochs", "1", "--ema", "0.5"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(options_of("recognition")["epochs"], 1);
  EXPECT_EQ(options_of("last")["ema"], 0.5);
}

TEST_F(RecipeRun, AMistakeInALaterStageIsToldBeforeTheFirstRuns) {
  write_recipe("epohcs = 3\n");
  const auto typo = run();
  EXPECT_EQ(typo.exit_code, 2);
  EXPECT_THAT(typo.err, HasSubstr("recipe.toml: stage last"));
  EXPECT_THAT(typo.err, HasSubstr("--epochs"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "runs"));
}

TEST_F(RecipeRun, AChangedRecipeIsNotMixedWithItsOldRuns) {
  write_recipe();
  ASSERT_EQ(run().exit_code, 0);
  write_recipe("weight-decay = 0.5\n");
  const auto changed = run();
  EXPECT_EQ(changed.exit_code, 2);
  EXPECT_THAT(changed.err, HasSubstr("weight_decay"));
}

}  // namespace
}  // namespace slava
