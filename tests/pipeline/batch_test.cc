#include "pipeline/batch.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/strings.h"
#include "pipeline/batch_fixture.h"
#include "pipeline/output_folder.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;

unsigned mode_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) {
    names.push_back(entry.path().filename().string());
  }
  return names;
}

TEST_F(BatchTest, EachStudyGetsAFolderWithItsReportsAndItsRecord) {
  add_good("a");
  add_good("b");
  EXPECT_EQ(run().exit_code(), ExitCode::kOk);
  EXPECT_THAT(names_in(options_.output),
              UnorderedElementsAre("a", "b", "results.csv", "results.jsonl", "run.json"));
  EXPECT_THAT(names_in(out("a")),
              UnorderedElementsAre("report.txt", "report.json", "report.html", "record.json"));
  EXPECT_EQ(Json::parse(content(out("a/report.json"))).at("study_id"), "a");
  EXPECT_THAT(content(out("b/report.txt")), StartsWith(kDraftBanner));
}

TEST_F(BatchTest, EveryFileIsForOwnerAndGroupOnly) {
  add_good("a");
  const mode_t before = ::umask(0022);
  run();
  ::umask(before);
  EXPECT_EQ(mode_of(options_.output), 0750u);
  EXPECT_EQ(mode_of(out("a")), 0750u);
  size_t files = 0;
  for (const auto& entry : fs::recursive_directory_iterator(options_.output)) {
    if (!entry.is_regular_file()) continue;
    EXPECT_EQ(mode_of(entry.path()), 0640u) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 7u);
}

TEST_F(BatchTest, AnUnreadableStudyFailsAloneWithItsReason) {
  add_good("a");
  add_bad("b");
  add_good("d");
  add_rejected("c");
  const BatchSummary summary = run();
  EXPECT_EQ(summary.ok, 2u);
  EXPECT_EQ(summary.failed, 2u);
  EXPECT_EQ(summary.exit_code(), ExitCode::kSomeFailed);
  EXPECT_THAT(outcomes(), ElementsAre("a ok", "b failed", "c failed", "d ok"));
  EXPECT_FALSE(fs::exists(out("b")));
  const auto lines = lines_of(out_.str());
  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_THAT(lines[0], testing::MatchesRegex("ok a [0-9]+\\.[0-9][0-9] s .*/out/a/report.txt"));
  EXPECT_THAT(lines[1], AllOf(StartsWith("failed b "), HasSubstr("b.png")));
  EXPECT_EQ(lines[2], "failed c c.dcm: is no DICOM, alas");
  EXPECT_THAT(lines[3], StartsWith("ok d "));
}

// Takes two studies and breaks down under them, once.
class BreaksDownOnce : public FakeAssistant {
 public:
  Status draft_all(const NextRequest& next, const DraftDone& done, const GenerationOptions& options,
                   const StopAsked& stop) override {
    if (broken_) return FakeAssistant::draft_all(next, done, options, stop);
    broken_ = true;
    next();
    next();
    return fail(ErrorKind::kInternal, "no memory is left");
  }

 private:
  bool broken_ = false;
};

TEST_F(BatchTest, StudiesUnderWhichTheModelBreaksDownFailAndTheOthersGoOn) {
  for (const char* id : {"a", "b", "c"}) add_good(id);
  BreaksDownOnce assistant;
  const Reader reader(assistant, {.generation = generation_, .gate = gate_});
  const auto summary = run_batch(reader, list_, options_, out_, err_);
  ASSERT_TRUE(summary) << summary.error();
  EXPECT_EQ(summary->ok, 1u);
  EXPECT_EQ(summary->failed, 2u);
  EXPECT_THAT(outcomes(), ElementsAre("a failed", "b failed", "c ok"));
  EXPECT_THAT(content(out("results.csv")), HasSubstr("no memory is left"));
}

// Has two studies in hand when the interrupt comes, and one of them done. It asks for no further
// one, and must not be begun again.
class IsInterrupted : public FakeAssistant {
 public:
  explicit IsInterrupted(bool& stop) : stop_(stop) {}
  Status draft_all(const NextRequest& next, const DraftDone& done, const GenerationOptions& options,
                   const StopAsked& stop) override {
    EXPECT_FALSE(std::exchange(called_, true));
    const auto first = next(), second = next();
    if (!second) return {};
    EXPECT_FALSE(stop());
    done(1, draft(*second, options));
    stop_ = true;
    EXPECT_TRUE(stop());
    return {};
  }

 private:
  bool& stop_;
  bool called_ = false;
};

TEST_F(BatchTest, AnInterruptGivesUpTheStudiesInHandAndKeepsWhatWasKnownOfThem) {
  for (const char* id : {"a", "b", "c"}) add_bad(id);
  run();
  list_.studies.clear();
  for (const char* id : {"a", "b", "c"}) add_good(id);
  options_.existing = ExistingResults::kResume;
  bool stop = false;
  options_.stop = [&] { return stop; };
  IsInterrupted assistant(stop);
  const Reader reader(assistant, {.generation = generation_, .gate = gate_});
  const auto summary = run_batch(reader, list_, options_, out_, err_);
  ASSERT_TRUE(summary) << summary.error();
  EXPECT_EQ(summary->exit_code(), ExitCode::kInterrupted);
  EXPECT_EQ(summary->ok, 1u);
  EXPECT_EQ(summary->not_done, 2u);
  EXPECT_THAT(outcomes(), ElementsAre("b ok", "a failed", "c failed"));
}

TEST_F(BatchTest, WithoutASingleReportTheCodeSaysAllFailed) {
  add_bad("a");
  add_rejected("b");
  EXPECT_EQ(run().exit_code(), ExitCode::kAllFailed);
}

TEST_F(BatchTest, TheListsSayStatusReasonAndSeconds) {
  add_good("a");
  add_rejected("b");
  run();
  const auto csv = lines_of(content(out("results.csv")));
  ASSERT_THAT(csv, SizeIs(3));
  EXPECT_EQ(csv[0], "study_id,status,reason,seconds");
  EXPECT_THAT(csv[1], testing::MatchesRegex("a,ok,,[0-9.e-]+"));
  EXPECT_THAT(csv[2], StartsWith("b,failed,\"b.dcm: is no DICOM, alas\","));
  const auto jsonl = lines_of(content(out("results.jsonl")));
  ASSERT_THAT(jsonl, SizeIs(2));
  const Json row = Json::parse(jsonl[1]);
  EXPECT_EQ(row.at("study_id"), "b");
  EXPECT_EQ(row.at("status"), "failed");
  EXPECT_EQ(row.at("reason"), "b.dcm: is no DICOM, alas");
  EXPECT_TRUE(row.at("seconds").is_number());
}

TEST_F(BatchTest, RunJsonSaysEverySettingAndTheOutcome) {
  add_good("a");
  add_rejected("b");
  list_.ignored = 4;
  generation_.max_new_tokens = 99;
  options_.settings = {{"threads", 2}};
  run();
  const Json json = Json::parse(content(out("run.json")));
  EXPECT_EQ(json.at("notice"), kDraftBanner);
  EXPECT_EQ(json.at("checkpoint").at("sha256"), assistant_.info_.sha256);
  EXPECT_EQ(json.at("decoding").at("max_new_tokens"), "99");
  EXPECT_EQ(json.at("preprocessing").at("profile"), "raw");
  EXPECT_EQ(json.at("settings").at("threads"), 2);
  EXPECT_EQ(json.at("studies"), 2);
  EXPECT_EQ(json.at("ignored_files"), 4);
  EXPECT_EQ(json.at("outcome").at("ok"), 1);
  EXPECT_EQ(json.at("outcome").at("failed"), 1);
  EXPECT_TRUE(json.at("finished").is_string());
}

TEST_F(BatchTest, AFolderWithAnythingInItIsRefusedBeforeAnyWork) {
  add_good("a");
  ASSERT_TRUE(write_file_atomically(out("something"), "mine"));
  const auto summary = try_run();
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(summary.error().message, AllOf(HasSubstr("--resume"), HasSubstr("--force")));
  EXPECT_THAT(assistant_.requests, IsEmpty());
  EXPECT_THAT(names_in(options_.output), ElementsAre("something"));
  EXPECT_FALSE(check_output(options_));
}

TEST_F(BatchTest, AnEmptyFolderIsTaken) {
  add_good("a");
  fs::create_directory(options_.output);
  EXPECT_EQ(run().ok, 1u);
}

TEST_F(BatchTest, ForceDoesEverythingAgainAndTakesAwayFormatsOfBefore) {
  add_good("a");
  run();
  options_.existing = ExistingResults::kOverwrite;
  options_.writers = writers_from("txt").value();
  generation_.max_new_tokens = 99;
  EXPECT_EQ(run().ok, 1u);
  EXPECT_THAT(assistant_.requests, SizeIs(2));
  EXPECT_THAT(names_in(out("a")), UnorderedElementsAre("report.txt", "record.json"));
  EXPECT_THAT(content(out("a/report.txt")), HasSubstr("99"));
}

TEST_F(BatchTest, NoOldReportStaysBesideANewFailure) {
  add_good("a");
  run();
  write_truncated_film(folder_ / "a.png");
  options_.existing = ExistingResults::kOverwrite;
  EXPECT_EQ(run().exit_code(), ExitCode::kAllFailed);
  EXPECT_FALSE(fs::exists(out("a")));
}

TEST_F(BatchTest, FilesOfTheUsersOwnAreLeftAlone) {
  add_good("a");
  ASSERT_TRUE(write_file_atomically(out("a/film.dcm"), "mine"));
  options_.existing = ExistingResults::kOverwrite;
  run();
  write_truncated_film(folder_ / "a.png");
  run();
  EXPECT_THAT(names_in(out("a")), ElementsAre("film.dcm"));
}

TEST_F(BatchTest, TwoRunsGiveTheSameJsonApartFromTiming) {
  add_good("a", 3);
  run();
  const std::string first = content_without_timing(out("a/report.json"));
  options_.output = folder_ / "again";
  run();
  EXPECT_EQ(content_without_timing(out("a/report.json")), first);
}

TEST_F(BatchTest, ABatchOfThreeEqualsThreeTimesOne) {
  add_good("a", 1);
  add_good("b", 5);
  add_good("c", 9);
  run();
  const StudyList three = list_;
  std::vector<std::string> together;
  std::vector<std::string> alone;
  for (const Study& study : three.studies) {
    options_.output = folder_ / "out";
    together.push_back(content_without_timing(out(study.id + "/report.json")));
    list_.studies = {study};
    options_.output = folder_ / ("alone-" + study.id);
    run();
    alone.push_back(content_without_timing(out(study.id + "/report.json")));
  }
  EXPECT_EQ(together, alone);
  EXPECT_NE(Json::parse(together[0]).at("findings"), Json::parse(together[1]).at("findings"));
}

TEST_F(BatchTest, JsonLinesSayWhereTheReportsAre) {
  add_good("a");
  add_rejected("b");
  options_.lines = LineFormat::kJson;
  run();
  const auto lines = lines_of(out_.str());
  ASSERT_THAT(lines, SizeIs(2));
  const Json ok = Json::parse(lines[0]);
  EXPECT_EQ(ok.at("status"), "ok");
  ASSERT_EQ(ok.at("reports").size(), 3u);
  EXPECT_TRUE(fs::exists(ok.at("reports")[1].get<std::string>()));
  EXPECT_EQ(Json::parse(lines[1]).at("reason"), "b.dcm: is no DICOM, alas");
}

TEST_F(BatchTest, TheSummaryOnStderrSaysThatDraftsMustBeVerified) {
  add_good("a");
  run();
  EXPECT_THAT(err_.str(), AllOf(HasSubstr("1 reports written"), HasSubstr("AI-generated draft"),
                                HasSubstr("physician must verify")));
}

TEST_F(BatchTest, WithoutAFolderReportsGoToStdoutAndFailuresToStderr) {
  add_good("a");
  add_bad("b");
  add_good("c");
  options_.output.clear();
  options_.writers = writers_from("txt").value();
  EXPECT_EQ(run().exit_code(), ExitCode::kSomeFailed);
  EXPECT_THAT(out_.str(), StartsWith(kDraftBanner));
  EXPECT_THAT(out_.str(), HasSubstr(cat("\n\n", kDraftBanner)));
  EXPECT_THAT(err_.str(), AllOf(StartsWith("slava-cxr: error: b: "), HasSubstr("b.png")));
  EXPECT_THAT(lines_of(err_.str()), SizeIs(1));
  EXPECT_THAT(names_in(folder_.path()), UnorderedElementsAre("a.png", "b.png", "c.png"));
}

TEST_F(BatchTest, WithoutAFolderJsonIsOneObjectALine) {
  add_good("a");
  add_bad("b");
  options_.output.clear();
  options_.writers = writers_from("json").value();
  options_.lines = LineFormat::kJson;
  run();
  const auto lines = lines_of(out_.str());
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_EQ(Json::parse(lines[0]).at("draft"), kDraftBanner);
  EXPECT_EQ(Json::parse(lines[1]).at("status"), "failed");
}

TEST_F(BatchTest, ShardsShareAFolderAndDoEachStudyOnce) {
  for (const char* id : {"a", "b", "c", "d", "e", "f", "g"}) add_good(id);
  size_t done = 0;
  for (int index = 1; index <= 3; ++index) {
    options_.shard = {index, 3};
    done += run().ok;
    EXPECT_TRUE(fs::exists(out(cat("results-", index, "-of-3.jsonl"))));
    EXPECT_TRUE(fs::exists(out(cat("run-", index, "-of-3.json"))));
  }
  EXPECT_EQ(done, 7u);
  EXPECT_THAT(assistant_.requests, SizeIs(7));
  for (const char* id : {"a", "b", "c", "d", "e", "f", "g"}) {
    EXPECT_TRUE(fs::exists(out(id) / "record.json")) << id;
  }
  const auto again = try_run();
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kUsage);
}

TEST_F(BatchTest, TwoRunsDoNotWriteIntoOneFolderAtOnce) {
  add_good("a");
  const auto other = OutputFolder::open(options_.output, {});
  ASSERT_TRUE(other) << other.error();
  const auto summary = try_run();
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(summary.error().message, HasSubstr("another run"));
}

TEST_F(BatchTest, AFolderThatCannotBeMadeIsAnOutputError) {
  add_good("a");
  options_.output = folder_ / "a.png/out";
  const auto summary = try_run();
  ASSERT_FALSE(summary);
  EXPECT_EQ(summary.error().kind, ErrorKind::kOutput);
  EXPECT_THAT(assistant_.requests, IsEmpty());
}

TEST_F(BatchTest, AStudyNamedLikeAResultsFileFailsAlone) {
  add_good("a");
  add_good("run.json");
  EXPECT_EQ(run().exit_code(), ExitCode::kSomeFailed);
  EXPECT_THAT(outcomes(), ElementsAre("a ok", "run.json failed"));
  EXPECT_TRUE(fs::is_regular_file(out("run.json")));
}

TEST_F(BatchTest, ReasonsStayOnOneLine) {
  list_.rejected.push_back({"a", "a", {ErrorKind::kInput, "first\nsecond"}});
  run();
  EXPECT_EQ(lines_of(out_.str()).at(0), "failed a first second");
  EXPECT_THAT(lines_of(content(out("results.csv"))), SizeIs(2));
}

}  // namespace
}  // namespace slava
