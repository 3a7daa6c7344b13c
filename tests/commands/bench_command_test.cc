#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "commands/program.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST(BenchCommand, MeasuresEveryStageAndHoldsItAgainstItsLimit) {
  for (const char* dtype : {"int8", "bfloat16", "float32"}) {
    const ProgramRun run =
        run_slava({"bench", "--random", "tiny", "--dtype", dtype, "--studies", "3", "--new-tokens",
                   "4", "--question-pairs", "--json", "--threads", "1"});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    const json result = json::parse(run.out);
    EXPECT_EQ(result["dtype"], dtype);
    EXPECT_EQ(result["prompt_tokens"], 36);
    std::vector<std::string> limited;
    int compared = 0;
    for (const json& row : result["measurements"]) {
      EXPECT_GT(row["value"].get<double>(), 0) << row;
      if (row["what"] == "tokens as when one at a time" && dtype == std::string("float32")) {
        EXPECT_EQ(row["value"], 100);
        ++compared;
      }
      if (!row.contains("limit")) continue;
      EXPECT_GT(row["limit"].get<double>(), 0) << row;
      limited.push_back(row["what"]);
    }
    EXPECT_THAT(limited,
                testing::ElementsAre("vision, one film", "prompt", "first token", "decode, batch 1",
                                     "decode, batch 4", "decode, batch 8", "decode, batch 16",
                                     "studies, 3 at a time"));
    EXPECT_EQ(compared, dtype == std::string("float32") ? 1 : 0);
  }
}

TEST(BenchCommand, TheTableNamesTheProcessorAndTheKernels) {
  const ProgramRun run =
      run_slava({"bench", "--random", "tiny", "--studies", "0", "--batch", "1", "--threads", "1"},
                {"SLAVA_ISA=plain"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, HasSubstr("kernels plain"));
  EXPECT_THAT(run.out, HasSubstr("first token"));
  EXPECT_THAT(run.out, testing::Not(HasSubstr("batch 4")));
}

TEST(BenchCommand, RandomWeightsAreWrittenAsACheckpoint) {
  const TemporaryFolder folder;
  const auto out = (folder.path() / "model").string();
  const ProgramRun run = run_slava({"bench", "--random", "tiny", "--write", out});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "model/model.safetensors"));
  EXPECT_TRUE(std::filesystem::exists(folder.path() / "model/config.json"));
  // All that is missing of a whole checkpoint is a tokenizer.
  EXPECT_THAT(run_slava({"bench", "--model", out}).err, HasSubstr("tokenizer"));
}

TEST(BenchCommand, ContradictionsAreUsageErrors) {
  EXPECT_EQ(run_slava({"bench", "--random", "tiny", "--model", "x"}).exit_code, 2);
  EXPECT_EQ(run_slava({"bench", "--write", "x"}).exit_code, 2);
  EXPECT_EQ(run_slava({"bench", "--random", "huge"}).exit_code, 2);
}

}  // namespace
}  // namespace slava
