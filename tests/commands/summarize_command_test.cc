// Findings in, an impression out: with published layouts, whose references are at hand, and with
// the checkpoint that ships.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/exit_code.h"
#include "base/file.h"
#include "base/strings.h"
#include "commands/program.h"
#include "report/report.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;

const fs::path kGolden = fs::path(SLAVA_SOURCE_DIR) / "tests/golden/checkpoints";
const fs::path kStarter = fs::path(SLAVA_SOURCE_DIR) / "models/starter";

ProgramRun summarize(const fs::path& model, std::vector<std::string> more) {
  // The drawn films show no chest.
  more.insert(more.begin(),
              {"summarize", "--model", model.string(), "--dtype", "float32", "--gate", "all=off"});
  return run_slava(more);
}

std::vector<json> lines_of(const fs::path& path) {
  const auto text = read_file(path);
  EXPECT_TRUE(text) << text.error();
  std::vector<json> lines;
  for (const std::string& line : split(text ? *text : "", '\n')) {
    if (!line.empty()) lines.push_back(json::parse(line));
  }
  return lines;
}

std::string cleaned(const std::string& text) {
  std::vector<std::string> sentences;
  for (const Sentence& sentence : sentences_of_model_text(text)) sentences.push_back(sentence.text);
  return join(sentences, " ");
}

TEST(SummarizeCommand, AsksPublishedCheckpointsTheirOwnQuestionWithFilmAndFindings) {
  const fs::path model = kGolden / "llava_phi-split";
  const auto text = read_file(model / "expected.json");
  ASSERT_TRUE(text) << text.error();
  int asked = 0;
  const json golden = json::parse(*text);
  for (const json& run : golden["runs"]) {
    if (run["preset"] != "checkpoint" || run["prompt_kind"] != "impression") continue;
    const std::string question = run["question"];
    const size_t begin = question.find("##Findings: ") + 12;
    const std::string findings = question.substr(begin, question.find(" \n##Impression:") - begin);
    const auto result =
        summarize(model, {"--findings", findings, "--image",
                          (kGolden / "films" / (run["film"].get<std::string>() + ".png")).string(),
                          "--max-new-tokens", cat(run["max_new_tokens"].get<int>()), "--json"});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const json answer = json::parse(result.out);
    EXPECT_EQ(answer["impression"], cleaned(run["text"])) << run["name"];
    EXPECT_EQ(answer["findings"], findings);
    EXPECT_EQ(answer["complete"], false) << "64 tokens of random weights end nowhere";
    ++asked;
  }
  EXPECT_EQ(asked, 4);
}

TEST(SummarizeCommand, TheStarterSaysWhatTheFindingsSay) {
  for (const auto& [findings, word] :
       {std::pair{"The heart is enlarged. The lungs are clear.", "ardiomegaly"},
        {"The heart size is normal. The lungs are clear. There is no pleural effusion.",
         "o acute"}}) {
    const auto result = summarize(kStarter, {"--findings", findings});
    ASSERT_EQ(result.exit_code, 0) << result.err;
    EXPECT_THAT(result.out, HasSubstr("AI-GENERATED DRAFT"));
    EXPECT_THAT(result.out, HasSubstr(word)) << findings;
  }
}

class SummarizeFile : public ::testing::Test {
 protected:
  void SetUp() override {
    reports_ = folder_ / "reports.jsonl";
    output_ = folder_ / "impressions.jsonl";
    ASSERT_TRUE(write_file_atomically(
        reports_,
        "{\"study_id\": \"a\", \"findings\": \"The heart is large.\", \"impression\": \"\"}\n"
        "{\"study_id\": \"b\", \"findings\": \"\", \"impression\": \"Normal.\"}\n"
        "{\"study_id\": \"c\", \"findings\": \"Clear lungs.\", \"impression\": \"\"}\n"));
  }

  ProgramRun run(std::vector<std::string> more = {}) const {
    more.insert(more.end(), {"--reports", reports_.string(), "--output", output_.string()});
    return summarize(kStarter, more);
  }

  const TemporaryFolder folder_;
  fs::path reports_, output_;
};

TEST_F(SummarizeFile, WritesALineAStudyAndTellsWhatFailed) {
  const auto result = run();
  EXPECT_EQ(result.exit_code, static_cast<int>(ExitCode::kSomeFailed));
  EXPECT_THAT(result.err, HasSubstr("b: there are no findings to summarise"));
  std::map<std::string, json> by_id;
  for (const json& line : lines_of(output_)) by_id[line["study_id"]] = line;
  ASSERT_EQ(by_id.size(), 3U);
  EXPECT_EQ(by_id["a"]["status"], "ok");
  EXPECT_NE(by_id["a"]["impression"], "");
  EXPECT_EQ(by_id["b"]["status"], "failed");
  EXPECT_EQ(by_id["b"]["impression"], "");
  EXPECT_THAT(by_id["c"]["disclaimer"].get<std::string>(), HasSubstr("AI-GENERATED DRAFT"));
}

TEST_F(SummarizeFile, GoesOnBehindAKilledRun) {
  run();
  auto whole = lines_of(output_);
  // Half a line is what a killed program leaves.
  const std::string first = whole.front().dump();
  ASSERT_TRUE(write_file_atomically(output_, first + "\n" + first.substr(0, 20)));
  EXPECT_EQ(run().exit_code, static_cast<int>(ExitCode::kUsage));
  run({"--resume"});
  auto resumed = lines_of(output_);
  ASSERT_EQ(resumed.size(), 3U);
  std::set<std::string> ids;
  for (const json& line : resumed) ids.insert(line["study_id"].get<std::string>());
  EXPECT_EQ(ids.size(), 3U) << "none lost, none twice";
  EXPECT_EQ(run({"--force"}).exit_code, static_cast<int>(ExitCode::kSomeFailed));
  EXPECT_EQ(lines_of(output_).size(), 3U);
}

TEST_F(SummarizeFile, RefusesAFileOfSomethingElseAndFilmsThatAreNotThere) {
  ASSERT_TRUE(write_file_atomically(output_, "{\"question_id\": 1}\n"));
  const auto other = run({"--resume"});
  EXPECT_EQ(other.exit_code, static_cast<int>(ExitCode::kUsage));
  EXPECT_THAT(other.err, HasSubstr("line 1 is no impression"));
  const auto films = run({"--force", "--films", (kGolden / "films").string()});
  EXPECT_EQ(films.exit_code, static_cast<int>(ExitCode::kInput));
  EXPECT_THAT(films.err, HasSubstr("no films of"));
  EXPECT_EQ(*read_file(output_), "{\"question_id\": 1}\n") << "an error replaces nothing";
}

TEST(SummarizeCommand, RefusesFlagsThatDoNotFit) {
  for (const std::vector<std::string>& flags : {std::vector<std::string>{},
                                                {"--findings", "x", "--reports", "y"},
                                                {"--reports", "y"},
                                                {"--findings", "x", "--resume"},
                                                {"--findings", "x", "--films", "y"}}) {
    EXPECT_EQ(summarize(kStarter, flags).exit_code, static_cast<int>(ExitCode::kUsage));
  }
}

}  // namespace
}  // namespace slava
