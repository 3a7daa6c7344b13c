// Batches that go on where an earlier one stopped, and batches that are stopped.
#include <gmock/gmock.h>

#include "base/file.h"
#include "pipeline/batch_fixture.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using testing::ElementsAre;
using testing::SizeIs;
using testing::StartsWith;
using testing::UnorderedElementsAre;

TEST_F(BatchTest, ResumeKeepsWhatIsCompleteAndDoesTheRest) {
  add_good("a");
  add_bad("b");
  run();
  const std::string before = content(out("a/report.json"));
  write_film(folder_ / "b.png");
  add_good("c");
  options_.existing = ExistingResults::kResume;
  const BatchSummary summary = run();
  EXPECT_EQ(summary.kept, 1u);
  EXPECT_EQ(summary.ok, 2u);
  EXPECT_EQ(summary.exit_code(), ExitCode::kOk);
  EXPECT_THAT(assistant_.requests, SizeIs(3));
  EXPECT_EQ(content(out("a/report.json")), before);
  EXPECT_THAT(outcomes(), UnorderedElementsAre("a ok", "b ok", "c ok"));
  EXPECT_THAT(lines_of(out_.str()).at(0), StartsWith("kept a "));
}

TEST_F(BatchTest, ResumeDoesAgainWhatAnotherModelOrOtherSettingsMade) {
  add_good("a");
  run();
  options_.existing = ExistingResults::kResume;
  EXPECT_EQ(run().kept, 1u);
  generation_.no_repeat_ngram = 3;
  EXPECT_EQ(run().ok, 1u);
  assistant_.info_.sha256 = std::string(64, 'e');
  EXPECT_EQ(run().ok, 1u);
  options_.writers = writers_from("json").value();
  EXPECT_EQ(run().ok, 1u);
  ASSERT_TRUE(write_file_atomically(folder_ / "template", "{{study_id}}"));
  options_.writers = writers();
  options_.writer_options.text_template = folder_ / "template";
  EXPECT_EQ(run().ok, 1u);
  ASSERT_TRUE(write_file_atomically(folder_ / "template", "Study {{study_id}}"));
  EXPECT_EQ(run().ok, 1u);
  EXPECT_EQ(run().kept, 1u);
}

TEST_F(BatchTest, ResumeDoesAgainWhatHasOtherFilmsNow) {
  add_good("a");
  run();
  options_.existing = ExistingResults::kResume;
  write_film(folder_ / "late.png");
  list_.studies[0].films.push_back(film_at(folder_ / "late.png", View::kLateral));
  EXPECT_EQ(run().ok, 1u);
  fs::last_write_time(folder_ / "a.png", fs::file_time_type::clock::now() + std::chrono::hours(1));
  EXPECT_EQ(run().ok, 1u);
  list_.studies[0].indication = "Cough.";
  EXPECT_EQ(run().ok, 1u);
  EXPECT_EQ(run().kept, 1u);
}

TEST_F(BatchTest, ResumeDoesAgainWhatLacksAFileOrItsRecord) {
  add_good("a");
  run();
  options_.existing = ExistingResults::kResume;
  fs::remove(out("a/report.html"));
  EXPECT_EQ(run().ok, 1u);
  EXPECT_TRUE(fs::exists(out("a/report.html")));
  ASSERT_TRUE(write_file_atomically(out("a/record.json"), "{ half"));
  EXPECT_EQ(run().ok, 1u);
}

TEST_F(BatchTest, ResumeKeepsTheRowsOfStudiesThatAreNotAmongTheInputs) {
  add_good("a");
  run();
  list_.studies.clear();
  add_good("b");
  options_.existing = ExistingResults::kResume;
  run();
  EXPECT_THAT(outcomes(), ElementsAre("a ok", "b ok"));
}

TEST_F(BatchTest, ResumeReadsListsWhoseLastLineIsTorn) {
  add_rejected("a");
  run();
  const std::string rows = content(out("results.jsonl"));
  ASSERT_TRUE(write_file_atomically(out("results.jsonl"), rows + "{\"study_id\":\"x"));
  list_.rejected.clear();
  add_good("b");
  options_.existing = ExistingResults::kResume;
  run();
  EXPECT_THAT(outcomes(), ElementsAre("a failed", "b ok"));
}

TEST_F(BatchTest, OnlyFailedDoesNothingElse) {
  add_good("a");
  add_bad("b");
  run();
  write_film(folder_ / "b.png");
  add_good("c");
  options_.existing = ExistingResults::kResume;
  options_.only_failed = true;
  const BatchSummary summary = run();
  EXPECT_EQ(summary.ok, 1u);
  EXPECT_EQ(summary.not_done, 1u);
  EXPECT_TRUE(fs::exists(out("b/report.json")));
  EXPECT_FALSE(fs::exists(out("c")));
}

TEST_F(BatchTest, MaxStudiesAndResumeGoThroughTheListPieceByPiece) {
  for (const char* id : {"a", "b", "c"}) add_good(id);
  options_.max_studies = 2;
  const BatchSummary first = run();
  EXPECT_EQ(first.ok, 2u);
  EXPECT_EQ(first.not_done, 1u);
  EXPECT_EQ(first.exit_code(), ExitCode::kOk);
  options_.existing = ExistingResults::kResume;
  const BatchSummary second = run();
  EXPECT_EQ(second.ok, 1u);
  EXPECT_EQ(second.kept, 2u);
  EXPECT_THAT(outcomes(), ElementsAre("a ok", "b ok", "c ok"));
}

TEST_F(BatchTest, AnInterruptLetsTheStudyInHandEndAndKeepsTheLists) {
  for (const char* id : {"a", "b", "c"}) add_good(id);
  bool signal = false;
  assistant_.while_drafting = [&] { signal = assistant_.requests.size() == 2; };
  options_.stop = [&] { return signal; };
  const BatchSummary summary = run();
  EXPECT_EQ(summary.ok, 2u);
  EXPECT_EQ(summary.not_done, 1u);
  EXPECT_EQ(summary.exit_code(), ExitCode::kInterrupted);
  EXPECT_THAT(outcomes(), ElementsAre("a ok", "b ok"));
  EXPECT_TRUE(fs::exists(out("b/record.json")));
  EXPECT_FALSE(fs::exists(out("c")));
  EXPECT_EQ(Json::parse(content(out("run.json"))).at("outcome").at("interrupted"), true);
  assistant_.while_drafting = nullptr;
  signal = false;
  options_.existing = ExistingResults::kResume;
  EXPECT_EQ(run().exit_code(), ExitCode::kOk);
  EXPECT_THAT(outcomes(), ElementsAre("a ok", "b ok", "c ok"));
}

TEST_F(BatchTest, AnInterruptedResumeForgetsNoEarlierFailure) {
  add_bad("a");
  add_bad("b");
  run();
  options_.existing = ExistingResults::kResume;
  options_.stop = [] { return true; };
  EXPECT_EQ(run().exit_code(), ExitCode::kInterrupted);
  EXPECT_THAT(outcomes(), ElementsAre("a failed", "b failed"));
}

}  // namespace
}  // namespace slava
