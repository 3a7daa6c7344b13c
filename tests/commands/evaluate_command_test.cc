// The program from films to scores, with the checkpoint that ships: report drafts, evaluate
// measures and adds the blanked films.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/exit_code.h"
#include "base/file.h"
#include "base/strings.h"
#include "commands/program.h"
#include "image/encode.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

class EvaluateCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    starter_ = fs::path(SLAVA_SOURCE_DIR) / "models/starter";
    if (!fs::exists(starter_ / "model.safetensors"))
      GTEST_SKIP() << "no checkpoint in " << starter_;
    std::string lines;
    for (const std::string id : {"one", "two"}) {
      write_film(folder_ / (id + ".png"), id.size() + lines.size());
      lines += Json{{"study_id", id},
                    {"images", {{{"file", id + ".png"}, {"view", "frontal"}}}},
                    {"findings", "The lungs are clear."},
                    {"impression", "Normal."}}
                   .dump() +
               "\n";
    }
    ASSERT_TRUE(write_file_atomically(studies(), lines));
  }

  static void write_film(const fs::path& path, size_t seed) {
    GrayImage film{64, 64, {}};
    for (size_t i = 0; i < 64 * 64; ++i) {
      film.pixels.push_back(static_cast<uint8_t>((i * seed + i / 64) % 256));
    }
    ASSERT_TRUE(write_file_atomically(path, encode_png(film).value()));
  }

  // References and manifest in one, as data sets come.
  std::string studies() { return folder_ / "studies.jsonl"; }

  ProgramRun evaluate(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(),
                     {"evaluate", "--references", studies(), "--resamples", "20"});
    return run_slava(arguments);
  }

  TemporaryFolder folder_;
  fs::path starter_;
};

TEST_F(EvaluateCommandTest, ReportsOfTheProgramAreMeasuredBesideBlankedFilms) {
  const std::string out = folder_ / "out";
  const ProgramRun drafted =
      run_slava({"report", "--manifest", studies(), "--model", starter_, "--output", out,
                 "--format", "json", "--threads", "1", "--gate", "all=off"});
  ASSERT_EQ(drafted.exit_code, 0) << drafted.err;
  const std::string pairs = folder_ / "pairs.jsonl";
  const ProgramRun run =
      evaluate({"--predictions", out, "--films", studies(), "--model", starter_, "--threads", "1",
                "--section", "both", "--export-radeval", pairs, "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.err, "");
  const Json scores = Json::parse(run.out);
  EXPECT_EQ(scores["n"], 2);
  const Json& control = scores["controls"]["blanked_films"];
  EXPECT_THAT(
      control["about"].get<std::string>(),
      AllOf(HasSubstr("slava-cxr starter"), HasSubstr("any check of the input is bypassed")));
  EXPECT_EQ(control["texts"]["different"], 1) << "equal blanks are told apart";
  EXPECT_TRUE(control["metrics"]["rouge_l"].contains("low"));
  const auto beside = read_file(pairs + ".provenance.json");
  ASSERT_TRUE(beside) << beside.error();
  const Json author = Json::parse(*beside)["predictions_by"][0];
  EXPECT_EQ(author["studies"], 2);
  EXPECT_EQ(author["provenance"]["decoding"]["strategy"], "greedy");
  EXPECT_TRUE(author["provenance"]["preprocessing"].contains("profile"));
}

TEST_F(EvaluateCommandTest, FilmsThatAreNotThoseOfTheStudiesEndIt) {
  const std::string manifest = folder_ / "films.csv";
  ASSERT_TRUE(write_file_atomically(manifest, "study_id,image\none,one.png\n"));
  const ProgramRun run =
      evaluate({"--predictions", studies(), "--films", manifest, "--model", starter_});
  EXPECT_EQ(run.exit_code, static_cast<int>(ExitCode::kInput)) << run.out;
  EXPECT_THAT(run.err, HasSubstr("no films of 1 of 2 studies that are scored, the first is two"));
}

TEST_F(EvaluateCommandTest, AModelWithoutFilmsIsAMistake) {
  const ProgramRun run = evaluate({"--predictions", studies(), "--model", starter_});
  EXPECT_EQ(run.exit_code, static_cast<int>(ExitCode::kUsage));
  EXPECT_THAT(run.err, HasSubstr("--model needs --films"));
}

}  // namespace
}  // namespace slava
