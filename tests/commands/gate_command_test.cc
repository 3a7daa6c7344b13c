// The gate as a user meets it: real films, their spoilt twins, and the checkpoint that ships.
#include <gmock/gmock.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/exit_code.h"
#include "base/file.h"
#include "commands/gate_flags.h"
#include "commands/program.h"
#include "support/planted_identifiers.h"
#include "support/shared_data.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using ::testing::AllOf;
using ::testing::HasSubstr;

const fs::path kSamples = fs::path(SLAVA_SOURCE_DIR) / "models/samples";
const fs::path kStarter = fs::path(SLAVA_SOURCE_DIR) / "models/starter";

int code(ExitCode exit_code) { return static_cast<int>(exit_code); }

// A film with one tag of another value.
void write_twin(const fs::path& from, const fs::path& to, const DcmTagKey& tag, const char* value) {
  DcmFileFormat file;
  ASSERT_TRUE(file.loadFile(from.c_str()).good());
  ASSERT_TRUE(file.getDataset()->putAndInsertString(tag, value).good());
  ASSERT_TRUE(file.saveFile(to.c_str(), file.getDataset()->getOriginalXfer()).good());
}

class GateCommandTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(kStarter / "model.safetensors")) GTEST_SKIP() << "no checkpoint: " << kStarter;
  }
  ProgramRun run_with_starter(std::vector<std::string> arguments) {
    for (const std::string& more :
         {std::string("--model"), kStarter.string(), std::string("--threads"), std::string("1"),
          std::string("--max-new-tokens"), std::string("16")}) {
      arguments.push_back(more);
    }
    return run_slava(arguments);
  }

  TemporaryFolder folder_;
};

TEST_F(GateCommandTest, TheSamplesAndTheSharedFilmsPassWithoutAWarning) {
  std::vector<std::string> arguments{"report", kSamples.string(), "--json"};
  const fs::path shared = shared_data() / "dicom";
  if (fs::exists(shared)) arguments.push_back(shared.string());
  const ProgramRun run = run_with_starter(arguments);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  std::istringstream lines(run.out);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_EQ(Json::parse(line).at("gate").size(), 0u) << line;
  }
}

TEST_F(GateCommandTest, ATagSwappedTwinIsRefusedWithItsOwnExitCodeAndReadWhereToldTo) {
  const fs::path twin = folder_ / "ct.dcm";
  write_twin(kSamples / "normal-heart/pa.dcm", twin, DCM_Modality, "CT");
  const ProgramRun refused = run_with_starter({"report", twin});
  EXPECT_EQ(refused.exit_code, code(ExitCode::kRefused)) << refused.err;
  EXPECT_EQ(refused.out, "");
  EXPECT_THAT(refused.err, HasSubstr("modality: ct.dcm: the Modality is CT; expected CR or DX"));

  const std::string config = folder_ / "site.toml";
  ASSERT_TRUE(write_file_atomically(config, "gate = [\"view=off\", \"modality=warn\"]\n"));
  const ProgramRun warned = run_with_starter({"report", twin, "--config", config});
  EXPECT_EQ(warned.exit_code, 0) << warned.err;
  EXPECT_THAT(warned.out, HasSubstr("WARNING: ct.dcm (modality): the Modality is CT"));
}

TEST_F(GateCommandTest, AQuestionAboutARefusedFilmIsNotAnswered) {
  const fs::path twin = folder_ / "ct.dcm";
  write_twin(kSamples / "normal-heart/pa.dcm", twin, DCM_Modality, "CT");
  const ProgramRun run = run_with_starter({"ask", "--image", twin, "--question", "What is it?"});
  EXPECT_EQ(run.exit_code, code(ExitCode::kRefused)) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_THAT(run.err, HasSubstr("refused: modality: ct.dcm"));
}

TEST_F(GateCommandTest, NoIdentifierOfAFilmGetsOutUnlessAskedFor) {
  testing::DicomFilm film;
  film.rows = film.columns = 200;
  const auto secrets = testing::write_planted_film(folder_ / "film.dcm", film);
  const std::string log = folder_ / "log";
  std::vector<std::string> arguments{
      "report",   folder_ / "film.dcm", "--output", folder_ / "out", "--gate",
      "all=warn", "--log-level",        "debug",    "--log-file",    log};
  const ProgramRun run = run_with_starter(arguments);
  ASSERT_EQ(run.exit_code, 0) << run.err;
  std::string all = run.out + run.err + read_file(log).value_or("");
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "out")) {
    if (entry.is_regular_file()) all += read_file(entry.path()).value_or("");
  }
  for (const std::string& secret : secrets)
    EXPECT_EQ(all.find(secret), std::string::npos) << secret;
  const ProgramRun asked = run_with_starter(
      {"report", folder_ / "film.dcm", "--gate", "all=off", "--include-identifiers"});
  EXPECT_THAT(asked.out, HasSubstr("Secretname^Anna")) << asked.err;
}

TEST(GateFlags, WrongOnesAreUsageErrorsAndTheHelpHasTheTable) {
  const ProgramRun run = run_slava({"report", ".", "--gate", "rotatd=off"});
  EXPECT_EQ(run.exit_code, code(ExitCode::kUsage));
  EXPECT_THAT(run.err, HasSubstr("did you mean rotated?"));
  EXPECT_THAT(run_slava({"report", "--help"}).out,
              AllOf(HasSubstr("--gate REASON=ACTION"), HasSubstr("not_a_chest_film refuse")));
}

TEST(AgeRangeOfCheckpoint, IsThatOfTheConfigOrOpen) {
  const TemporaryFolder folder;
  const auto range_of = [&](const std::string& config) {
    EXPECT_TRUE(write_file_atomically(folder / "config.json", config));
    return age_range_of_checkpoint(folder.path());
  };
  EXPECT_TRUE(range_of("{}")->holds(0));
  const auto adults = range_of(R"({"patient_age_years": [18, null]})");
  ASSERT_TRUE(adults) << adults.error();
  EXPECT_FALSE(adults->holds(17));
  EXPECT_TRUE(adults->holds(99));
  for (const char* wrong : {"18", "[18]", "[90, 18]", R"(["18", null])", "null"}) {
    const auto range = range_of(std::string(R"({"patient_age_years": )") + wrong + "}");
    ASSERT_FALSE(range) << wrong;
    EXPECT_EQ(range.error().kind, ErrorKind::kModel);
    EXPECT_THAT(range.error().message, HasSubstr("config.json: patient_age_years"));
  }
}

}  // namespace
}  // namespace slava
