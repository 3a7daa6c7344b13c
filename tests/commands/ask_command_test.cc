// The program asked about a film, with the checkpoint that ships and with published layouts.
#include <gmock/gmock.h>

#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/exit_code.h"
#include "base/file.h"
#include "base/strings.h"
#include "commands/program.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

const fs::path kGolden = fs::path(SLAVA_SOURCE_DIR) / "tests/golden/checkpoints";

std::string film(const std::string& name) { return kGolden / "films" / (name + ".png"); }

std::vector<std::string> ask(const fs::path& model, std::vector<std::string> more) {
  // The drawn films show no chest.
  more.insert(more.begin(),
              {"ask", "--model", model.string(), "--dtype", "float32", "--gate", "all=off"});
  return more;
}

int code(ExitCode exit_code) { return static_cast<int>(exit_code); }

TEST(AskCommand, GivesTheReferencesTokensForFilmAndQuestion) {
  const fs::path model = kGolden / "llava_phi-fused";
  const auto text = read_file(model / "expected.json");
  ASSERT_TRUE(text) << text.error();
  const json golden = json::parse(*text);
  for (const json& run : golden["runs"]) {
    std::vector<std::string> flags{
        "--image", film(run["film"]), "--max-new-tokens", cat(run["max_new_tokens"].get<int>()),
        "--json",  "--prompt",        run["prompt"]};
    if (run["preset"] != "checkpoint") flags.insert(flags.end(), {"--preset", run["preset"]});
    const auto result = run_slava(ask(model, flags));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    const json reply = json::parse(result.out);
    EXPECT_EQ(reply["tokens"], run["tokens"]) << run["name"];
    EXPECT_EQ(reply["prompt_tokens"], run["prompt_tokens"]);
    EXPECT_THAT(reply["disclaimer"].get<std::string>(), HasSubstr("AI-GENERATED DRAFT"));
    EXPECT_GT(reply["times"]["first_token_s"].get<double>(), 0);
  }
}

TEST(AskCommand, TellsHowLoadingWentWhereThatIsWanted) {
  const auto result = run_slava(
      ask(kGolden / "llava_phi-fused", {"--image", film("wide"), "--question", "What is it?",
                                        "--max-new-tokens", "2", "--verbose"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, HasSubstr("GB of weights in"));
  EXPECT_THAT(result.err, HasSubstr("loading took"));
  EXPECT_THAT(result.err, HasSubstr("(RssAnon)"));
}

// Upstream's question file in, its answer file out.
class AskFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string lines;
    for (const auto& [id, image, text] : {std::tuple{"1", "wide.png", "What is it?"},
                                          {"\"b\"", "wide.png", "Where?"},
                                          {"3", "gone.png", "What is it?"},
                                          {"4", "tall.png", "What is it?"}}) {
      lines += cat("{\"question_id\": ", id, ", \"image\": \"", image, "\", \"text\": \"", text,
                   "\", \"source\": \"upstream\"}\n");
    }
    questions_ = folder_ / "questions.jsonl";
    answers_ = folder_ / "answers.jsonl";
    ASSERT_TRUE(write_file_atomically(questions_, lines));
  }

  ProgramRun run(std::vector<std::string> more = {}) const {
    more.insert(more.end(),
                {"--questions", questions_.string(), "--image-folder", (kGolden / "films").string(),
                 "--answers", answers_.string(), "--max-new-tokens", "6"});
    return run_slava(ask(kGolden / "llava_phi-fused", more));
  }

  TemporaryFolder folder_;
  fs::path questions_, answers_;
};

TEST_F(AskFile, EveryQuestionGetsAnAnswerInItsPlace) {
  const auto result = run();
  EXPECT_EQ(result.exit_code, code(ExitCode::kSomeFailed)) << result.err;
  std::vector<json> answers;
  std::istringstream in(*read_file(answers_));
  for (std::string line; std::getline(in, line);) answers.push_back(json::parse(line));
  ASSERT_EQ(answers.size(), 4U);
  EXPECT_EQ(answers[1]["question_id"], "b");
  EXPECT_EQ(answers[1]["image_id"], "wide.png");
  EXPECT_EQ(answers[1]["prompt"], "Where?");
  EXPECT_EQ(answers[1]["metadata"]["source"], "upstream") << "extra keys are kept";
  EXPECT_EQ(answers[1]["metadata"]["status"], "ok");
  EXPECT_EQ(answers[2]["text"], "");
  EXPECT_EQ(answers[2]["metadata"]["status"], "failed");
  EXPECT_THAT(answers[2]["metadata"]["reason"].get<std::string>(), HasSubstr("gone.png"));
  EXPECT_EQ(answers[3]["question_id"], 4);
  EXPECT_NE(answers[0]["answer_id"], answers[1]["answer_id"]);
}

TEST_F(AskFile, AKilledRunGoesOnWithoutALostOrDoubledAnswer) {
  run();
  const std::string whole = *read_file(answers_);
  // All of the first line and half of the second.
  const size_t cut = whole.find('\n') + 40;
  ASSERT_TRUE(write_file_atomically(answers_, whole.substr(0, cut)));
  EXPECT_EQ(run().exit_code, code(ExitCode::kUsage)) << "nothing is overwritten unasked";
  EXPECT_EQ(run({"--resume"}).exit_code, code(ExitCode::kSomeFailed));
  EXPECT_EQ(*read_file(answers_), whole);
  EXPECT_EQ(run({"--resume"}).exit_code, code(ExitCode::kSomeFailed)) << "told again";
  EXPECT_EQ(*read_file(answers_), whole) << "a complete file stays";
}

TEST_F(AskFile, AnswersToOtherQuestionsAreNotGoneOnWith) {
  ASSERT_TRUE(write_file_atomically(answers_, "{\"question_id\": 77, \"text\": \"\"}\n"));
  const auto result = run({"--resume"});
  EXPECT_EQ(result.exit_code, code(ExitCode::kUsage));
  EXPECT_THAT(result.err, HasSubstr("answers.jsonl: line 1 answers another question"));
}

TEST_F(AskFile, DefectsAreToldWithTheirLine) {
  for (const auto& [line, message] :
       {std::pair{"nonsense", "expected a JSON object"},
        {"{\"question_id\": 1}", "text is missing"},
        {"{\"text\": \"Q\", \"image\": 5}", "image is 5; expected the name of one film"}}) {
    ASSERT_TRUE(write_file_atomically(questions_, cat("{\"text\": \"Q\"}\n", line, "\n")));
    const auto result = run();
    EXPECT_EQ(result.exit_code, code(ExitCode::kInput));
    EXPECT_THAT(result.err, AllOf(HasSubstr("questions.jsonl: line 2"), HasSubstr(message)));
  }
}

TEST(AskCommand, SeveralQuestionsShareTheFilmsAndAreAnsweredAsIfAlone) {
  const fs::path model = kGolden / "llava_phi-fused";
  const auto answers = [&](const std::vector<std::string>& questions) {
    std::vector<std::string> flags{"--image", film("wide"), "--max-new-tokens", "8", "--json"};
    for (const std::string& question : questions) {
      flags.insert(flags.end(), {"--question", question});
    }
    const auto result = run_slava(ask(model, flags));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::vector<json> lines;
    std::istringstream in(result.out);
    for (std::string line; std::getline(in, line);) lines.push_back(json::parse(line));
    return lines;
  };
  const std::vector<std::string> questions{"What is it?", "Is the heart enlarged?"};
  const auto together = answers(questions);
  ASSERT_EQ(together.size(), 2U);
  EXPECT_EQ(together[0]["shared_prompt_tokens"], 0);
  EXPECT_GT(together[1]["shared_prompt_tokens"], 10);
  for (size_t i = 0; i < questions.size(); ++i) {
    EXPECT_EQ(together[i]["question"], questions[i]);
    EXPECT_EQ(together[i]["tokens"], answers({questions[i]}).front()["tokens"]) << questions[i];
  }
}

TEST(AskCommand, SaysFirstThatTheAnswerIsADraft) {
  const auto result = run_slava(
      ask(fs::path(SLAVA_SOURCE_DIR) / "models/starter",
          {"--image", film("wide"), "--question", "Describe the film.", "--max-new-tokens", "8"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("AI-GENERATED DRAFT"));
  EXPECT_THAT(result.out, HasSubstr("DEMONSTRATION MODEL"));
}

TEST(AskCommand, WrongUsageIsExplained) {
  const fs::path model = kGolden / "llava_phi-fused";
  struct Case {
    std::vector<std::string> flags;
    std::string reason;
    ExitCode exit_code = ExitCode::kUsage;
  };
  for (const Case& c :
       {Case{{"--image", film("wide")}, "--question TEXT or --prompt TEXT"},
        Case{{"--question", "Q", "--prompt", "P"}, "--question TEXT or --prompt TEXT"},
        Case{{"--question", "Q"}, "give --image FILE"},
        Case{{"--image", kGolden.string(), "--question", "Q"}, "is a folder"},
        Case{{"--image", film("wide"), "--prompt", "no film"},
             "0 <image> for 1 films",
             ExitCode::kInput},
        Case{{"--image", film("gone"), "--question", "Q"}, "gone.png", ExitCode::kInput},
        Case{{"--image", film("wide"), "--question", "Q", "--preset", "mine"}, "upstream-eval"}}) {
    const auto result = run_slava(ask(model, c.flags));
    EXPECT_EQ(result.exit_code, code(c.exit_code)) << result.err;
    EXPECT_THAT(result.err, HasSubstr(c.reason));
    EXPECT_EQ(result.out, "");
  }
}

TEST(AskCommand, AnUpstreamPresetIsNotForTheStarter) {
  const auto result =
      run_slava(ask(fs::path(SLAVA_SOURCE_DIR) / "models/starter",
                    {"--image", film("wide"), "--question", "Q", "--preset", "upstream-eval"}));
  EXPECT_EQ(result.exit_code, code(ExitCode::kUsage));
  EXPECT_THAT(result.err, HasSubstr("this model is a slava_cxr"));
}

// A copy of a checkpoint with one file changed by bytes.
class BrokenCheckpoint : public ::testing::Test {
 protected:
  void SetUp() override {
    for (const auto& entry : fs::directory_iterator(kGolden / "llava_phi-split")) {
      if (!entry.path().filename().string().starts_with("expected.")) {
        fs::copy(entry.path(), folder_ / entry.path().filename().string());
      }
    }
    const auto weights = read_file(folder_ / "model.safetensors");
    ASSERT_TRUE(weights) << weights.error();
    weights_ = *weights;
  }
  uint64_t header_bytes() const {
    uint64_t bytes = 0;
    std::memcpy(&bytes, weights_.data(), sizeof bytes);
    return bytes;
  }
  void expect_refused(const std::string& bytes, const std::string& reason) {
    std::ofstream(folder_ / "model.safetensors", std::ios::binary) << bytes;
    const auto result =
        run_slava(ask(folder_.path(), {"--image", film("wide"), "--question", "Q"}));
    EXPECT_EQ(result.exit_code, code(ExitCode::kModel));
    EXPECT_THAT(result.err, HasSubstr(reason));
    EXPECT_THAT(result.err, HasSubstr("model.safetensors"));
    EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  }

  TemporaryFolder folder_;
  std::string weights_;
};

TEST_F(BrokenCheckpoint, AMissingTensorIsNamed) {
  json header = json::parse(weights_.substr(8, header_bytes()));
  const json offsets = header["lm_head.bias"]["data_offsets"];
  const size_t begin = offsets[0];
  const size_t end = offsets[1];
  header.erase("lm_head.bias");
  for (auto& [name, fields] : header.items()) {
    if (name == "__metadata__" || fields["data_offsets"][0] < begin) continue;
    for (json& offset : fields["data_offsets"]) offset = offset.get<size_t>() - (end - begin);
  }
  const std::string text = header.dump();
  const uint64_t bytes = text.size();
  std::string data = weights_.substr(8 + header_bytes());
  data.erase(begin, end - begin);
  std::string changed(reinterpret_cast<const char*>(&bytes), sizeof bytes);
  expect_refused(changed + text + data, "missing lm_head.bias");
}

TEST_F(BrokenCheckpoint, AByteTooFewIsRefused) {
  expect_refused(weights_.substr(0, weights_.size() - 1), "data_offsets");
}

TEST_F(BrokenCheckpoint, AnOffsetThatLiesIsRefused) {
  json header = json::parse(weights_.substr(8, header_bytes()));
  auto& offsets = header["lm_head.bias"]["data_offsets"];
  offsets[0] = offsets[0].get<size_t>() + 4;
  std::string text = header.dump();
  text.resize(std::max<size_t>(text.size(), header_bytes()), ' ');
  const uint64_t bytes = text.size();
  std::string changed(reinterpret_cast<const char*>(&bytes), sizeof bytes);
  expect_refused(changed + text + weights_.substr(8 + header_bytes()), "lm_head.bias");
}

TEST_F(BrokenCheckpoint, AHeaderOfTwoGigabytesIsRefused) {
  const uint64_t bytes = uint64_t{2} << 30;
  std::string changed = weights_;
  std::memcpy(changed.data(), &bytes, sizeof bytes);
  expect_refused(changed, "header length 2147483648");
}

TEST_F(BrokenCheckpoint, APickleIsRefusedWithTheCommandThatConvertsIt) {
  fs::remove(folder_ / "model.safetensors");
  std::ofstream(folder_ / "pytorch_model.bin") << "PK";
  const auto result = run_slava(ask(folder_.path(), {"--image", film("wide"), "--question", "Q"}));
  EXPECT_EQ(result.exit_code, code(ExitCode::kModel));
  EXPECT_THAT(result.err, HasSubstr("scripts/convert_checkpoint.py"));
}

TEST(InspectCommand, TellsACheckpointsPartsAndMemory) {
  const auto result = run_slava({"inspect", (kGolden / "llava_phi-fused").string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const json told = json::parse(result.out);
  EXPECT_EQ(told["layout"], "llava_phi");
  EXPECT_EQ(told["family"], "clip_vision_model + mlp2x_gelu + phi");
  EXPECT_EQ(told["image_tokens"], 16);
  EXPECT_THAT(told["memory"]["bfloat16"].get<std::string>(), HasSubstr("bytes a token"));
  EXPECT_THAT(told["parts"]["decoder"].get<std::string>(), StartsWith("phi, "));
}

}  // namespace
}  // namespace slava
