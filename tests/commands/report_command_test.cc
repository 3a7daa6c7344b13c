// The program on films, with the checkpoint that ships; DICOM files without a model where that is
// enough.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/exit_code.h"
#include "base/file.h"
#include "base/strings.h"
#include "commands/model_folder.h"
#include "commands/program.h"
#include "report/report.h"
#include "support/dicom_film.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

fs::path starter() { return fs::path(SLAVA_SOURCE_DIR) / "models/starter"; }

std::string content(const fs::path& path) {
  const auto text = read_file(path);
  EXPECT_TRUE(text) << text.error();
  return text.value_or("");
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines = split(text, '\n');
  lines.pop_back();
  return lines;
}

// What dicom_film.h puts into each film as the patient's name, id and birth date.
void expect_no_patient(const std::string& text, const std::string& where) {
  for (const char* secret : {"Secretname", "SECRET-4711", "19550102"}) {
    EXPECT_THAT(text, Not(HasSubstr(secret))) << where;
  }
}

void write_dicom(const fs::path& path, const std::string& study_uid, int number = 1,
                 const std::string& view_position = "PA") {
  fs::create_directories(path.parent_path());
  testing::DicomFilm film;
  film.rows = 96;
  film.columns = 80;
  film.study_uid = study_uid;
  film.sop_uid = cat(study_uid, ".9.", number);
  film.view_position = view_position;
  testing::write_film(path, film);
}

class ReportCommandTest : public ::testing::Test {
 protected:
  ProgramRun report(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "report");
    for (const std::string& more :
         {std::string("--model"), starter().string(), std::string("--threads"), std::string("1"),
          std::string("--max-new-tokens"), std::string("24"), std::string("--gate"),
          std::string("all=off")}) {  // the drawn films show no chest
      arguments.push_back(more);
    }
    return run_slava(arguments);
  }

  void SetUp() override {
    if (!fs::exists(starter() / "model.safetensors")) {
      GTEST_SKIP() << "no checkpoint in " << starter();
    }
  }

  TemporaryFolder folder_;
};

TEST_F(ReportCommandTest, OneFilmGivesItsReportOnStdoutAndNothingElse) {
  write_dicom(folder_ / "film.dcm", "1.2.3");
  const ProgramRun run = report({folder_ / "film.dcm"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_THAT(run.out, StartsWith(kDraftBanner));
  EXPECT_THAT(run.out, HasSubstr("1.2.3"));
  EXPECT_EQ(run.err, "");
}

TEST_F(ReportCommandTest, BadFilmsFailByNameAndGoodOnesGetReports) {
  write_dicom(folder_ / "in/good-1.dcm", "1.2.1");
  write_dicom(folder_ / "in/good-2.dcm", "1.2.2");
  write_dicom(folder_ / "in/truncated.dcm", "1.2.4");
  fs::resize_file(folder_ / "in/truncated.dcm", fs::file_size(folder_ / "in/truncated.dcm") - 4000);
  ASSERT_TRUE(write_file_atomically(folder_ / "in/text.dcm", "this is a letter, not a film"));
  ASSERT_TRUE(write_file_atomically(folder_ / "in/empty.dcm", ""));
  const ProgramRun run = report({folder_ / "in", "--output", folder_ / "out"});
  EXPECT_EQ(run.exit_code, static_cast<int>(ExitCode::kSomeFailed)) << run.err;
  EXPECT_TRUE(fs::exists(folder_ / "out/1.2.1/report.html"));
  EXPECT_TRUE(fs::exists(folder_ / "out/1.2.2/report.json"));
  std::string failures;
  size_t good = 0;
  for (const std::string& line : lines_of(run.out)) {
    if (line.starts_with("ok ")) ++good;
    if (line.starts_with("failed ")) failures += line + "\n";
  }
  EXPECT_EQ(good, 2u) << run.out;
  EXPECT_THAT(lines_of(failures), SizeIs(3));
  EXPECT_THAT(failures,
              AllOf(HasSubstr("truncated.dcm"), HasSubstr("text.dcm"), HasSubstr("empty.dcm")));
  EXPECT_THAT(lines_of(content(folder_ / "out/results.csv")), SizeIs(6));
}

TEST_F(ReportCommandTest, TwoRunsGiveTheSameJsonApartFromTiming) {
  write_dicom(folder_ / "in/f.dcm", "1.2.3", 1, "PA");
  write_dicom(folder_ / "in/l.dcm", "1.2.3", 2, "LL");
  std::vector<std::string> texts;
  for (const char* out : {"first", "second"}) {
    const ProgramRun run = report({folder_ / "in", "--output", folder_ / out, "--format", "json"});
    ASSERT_EQ(run.exit_code, 0) << run.err;
    Json json = Json::parse(content(folder_ / out / "1.2.3/report.json"));
    EXPECT_EQ(json.at("films").size(), 2u);
    EXPECT_EQ(json.erase("timing"), 1u);
    texts.push_back(json.dump());
  }
  EXPECT_EQ(texts[0], texts[1]);
}

TEST_F(ReportCommandTest, FlagsOverruleTheCheckpointsDecoding) {
  write_dicom(folder_ / "film.dcm", "1.2.3");
  const ProgramRun run =
      report({folder_ / "film.dcm", "--json", "--temperature", "0.5", "--seed", "7"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  ASSERT_THAT(lines_of(run.out), SizeIs(1));
  const Json decoding = Json::parse(run.out).at("provenance").at("decoding");
  EXPECT_EQ(decoding.at("strategy"), "sampling");
  EXPECT_EQ(decoding.at("temperature"), "0.5");
  EXPECT_EQ(decoding.at("seed"), "7");
  EXPECT_EQ(decoding.at("max_new_tokens"), "24");
}

TEST_F(ReportCommandTest, NothingThatIsPrintedOrWrittenTellsThePatient) {
  write_dicom(folder_ / "in/film.dcm", "1.2.3");
  write_dicom(folder_ / "in/half.dcm", "1.2.4");
  fs::resize_file(folder_ / "in/half.dcm", fs::file_size(folder_ / "in/half.dcm") - 4000);
  const ProgramRun run = report({folder_ / "in", "--output", folder_ / "out", "--log-level",
                                 "debug", "--log-file", folder_ / "log"});
  EXPECT_EQ(run.exit_code, static_cast<int>(ExitCode::kSomeFailed));
  expect_no_patient(run.out, "stdout");
  expect_no_patient(run.err, "stderr");
  expect_no_patient(content(folder_ / "log"), "log");
  EXPECT_THAT(content(folder_ / "log"), HasSubstr("1.2.3: ok"));
  for (const auto& entry : fs::recursive_directory_iterator(folder_ / "out")) {
    expect_no_patient(fs::relative(entry.path(), folder_.path()).string(), "a file's name");
    if (entry.is_regular_file()) expect_no_patient(content(entry.path()), entry.path());
  }
}

TEST_F(ReportCommandTest, ASignalLetsTheStudyInHandEndAndResumeDoesTheRest) {
  constexpr int kStudies = 40;
  for (int i = 0; i < kStudies; ++i) {
    write_dicom(folder_ / "in" / cat(i, ".dcm"), cat("1.2.", 100 + i));
  }
  const std::string command =
      cat("'", slava_path(), "' report '", (folder_ / "in").string(), "' --output '",
          (folder_ / "out").string(), "' --format json --model '", starter().string(),
          "' --threads 1 --max-new-tokens 24 --gate all=off");
  // Neither a program that ends before its first report nor one that does not stop is waited for
  // longer than a minute.
  const ProgramRun stopped = run(
      {"bash", "-c",
       cat("timeout --signal=KILL 60 ", command, " & until [[ -s '", (folder_ / "out").string(),
           "/results.jsonl' ]] || ! kill -0 $! 2>/dev/null; do sleep 0.01; done; kill -TERM $!; "
           "wait $!")});
  EXPECT_EQ(stopped.exit_code, static_cast<int>(ExitCode::kInterrupted)) << stopped.err;
  const size_t done = lines_of(content(folder_ / "out/results.jsonl")).size();
  EXPECT_GT(done, 0u);
  EXPECT_LT(done, static_cast<size_t>(kStudies));
  for (const std::string& line : lines_of(stopped.out)) {
    EXPECT_THAT(line, StartsWith("ok "));
    EXPECT_TRUE(fs::exists(line.substr(line.rfind(' ') + 1))) << line;
  }
  const ProgramRun resumed = run({"bash", "-c", command + " --resume --max-studies 1"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_THAT(lines_of(resumed.out), SizeIs(done + 1));
  EXPECT_THAT(resumed.out, HasSubstr("kept 1.2.100 "));
}

TEST_F(ReportCommandTest, InspectTellsWhatACheckpointIs) {
  const ProgramRun run = run_slava({"inspect", starter(), "--json"});
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json json = Json::parse(run.out);
  EXPECT_GT(json.at("parameters").get<int>(), 0);
  EXPECT_THAT(json.at("sha256").get<std::string>(), SizeIs(64));
  EXPECT_THAT(json.at("notice").get<std::string>(), HasSubstr("NOT FOR PATIENTS"));
}

TEST(InspectCommand, AFilmsTagsAreToldAndThePatientsAreNot) {
  const TemporaryFolder folder;
  write_dicom(folder / "film.dcm", "1.2.3", 1, "LL");
  for (const bool as_json : {false, true}) {
    std::vector<std::string> arguments{"inspect", folder / "film.dcm"};
    if (as_json) arguments.push_back("--json");
    const ProgramRun run = run_slava(arguments);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_THAT(run.out, AllOf(HasSubstr("Modality"), HasSubstr("DX"), HasSubstr("lateral")));
    expect_no_patient(run.out, "stdout");
    expect_no_patient(run.err, "stderr");
  }
}

TEST(DryRun, GroupsFilmsByStudyAndTellsTheirViews) {
  const TemporaryFolder folder;
  write_dicom(folder / "in/x.dcm", "1.2.3", 1, "LL");
  write_dicom(folder / "in/y.dcm", "1.2.3", 2, "PA");
  const ProgramRun run = run_slava({"report", folder / "in", "--dry-run", "--json"});
  EXPECT_EQ(run.exit_code, 0) << run.err;
  ASSERT_THAT(lines_of(run.out), SizeIs(1));
  const Json study = Json::parse(run.out);
  EXPECT_EQ(study.at("study_id"), "1.2.3");
  EXPECT_EQ(study.at("films").at(0).at("view"), "frontal");
  EXPECT_EQ(study.at("films").at(1).at("view"), "lateral");
  expect_no_patient(run.out, "stdout");
}

TEST(ModelFolder, TheStarterIsLookedForBesideTheProgramAndAboveIt) {
  EXPECT_THAT(
      starter_places("/work/build/release"),
      ::testing::ElementsAre("/work/build/release/models/starter", "/work/build/models/starter",
                             "/work/models/starter", "/work/build/share/slava-cxr/models/starter"));
}

TEST(ModelFolder, WithoutAnyModelEveryPlaceIsNamed) {
  const TemporaryFolder folder;
  // A copy of the program, so that no starter is near it.
  const fs::path program = folder / "a/b/slava-cxr";
  fs::create_directories(program.parent_path());
  fs::copy_file(slava_path(), program);
  write_dicom(folder / "film.dcm", "1.2.3");
  const ProgramRun result = run({program, "report", folder / "film.dcm"});
  EXPECT_EQ(result.exit_code, static_cast<int>(ExitCode::kModel));
  EXPECT_THAT(result.err, AllOf(HasSubstr("--model"), HasSubstr("$SLAVA_MODEL"),
                                HasSubstr((folder / "a/b/models/starter").string()),
                                HasSubstr((folder / "models/starter").string())));
}

}  // namespace
}  // namespace slava
