// The program from published cases to a training corpus.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/exit_code.h"
#include "base/file.h"
#include "commands/program.h"
#include "image/encode.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using Json = nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class RadexCommandTest : public ::testing::Test {
 protected:
  std::string cases(const std::vector<std::string>& licences) {
    std::string lines;
    for (size_t i = 0; i < licences.size(); ++i) {
      const std::string name = "film" + std::to_string(i) + ".png";
      GrayImage film{8, 8, std::vector<uint8_t>(64, static_cast<uint8_t>(i))};
      EXPECT_TRUE(write_file_atomically(folder_ / name, encode_png(film).value()));
      lines += Json{{"case_id", "c" + std::to_string(i)},
                    {"image", name},
                    {"view", "PA"},
                    {"description", "There is a small left pleural effusion. No pneumothorax."},
                    {"license", licences[i]},
                    {"source", "https://example.org"}}
                   .dump() +
               "\n";
    }
    EXPECT_TRUE(write_file_atomically(folder_ / "cases.jsonl", lines));
    return folder_ / "cases.jsonl";
  }

  TemporaryFolder folder_;
};

TEST_F(RadexCommandTest, CasesBecomeACorpus) {
  const std::string out = folder_ / "corpus";
  const ProgramRun run = run_slava({"radex", "--cases", cases({"CC BY 4.0"}), "--output", out});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.err, "");
  EXPECT_THAT(run.out, AllOf(HasSubstr("AI-GENERATED DRAFT"), HasSubstr("1 cases, licence CC BY")));
  EXPECT_FALSE(Json::parse(*read_file(out + "/radex.json")).empty());
}

TEST_F(RadexCommandTest, LicencesThatCannotBeCombinedAreAnInputError) {
  const ProgramRun run =
      run_slava({"radex", "--cases", cases({"CC BY-NC-SA 4.0", "CC BY-NC-ND 4.0"}), "--output",
                 folder_ / "corpus"});
  EXPECT_EQ(run.exit_code, static_cast<int>(ExitCode::kInput));
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, AllOf(HasSubstr("CC BY-NC-SA 4.0"), HasSubstr("CC BY-NC-ND 4.0")));
}

TEST_F(RadexCommandTest, MissingFlagsAreAUsageError) {
  const ProgramRun run = run_slava({"radex"});
  EXPECT_EQ(run.exit_code, static_cast<int>(ExitCode::kUsage));
  EXPECT_THAT(run.err, HasSubstr("--cases FILE"));
}

}  // namespace
}  // namespace slava
