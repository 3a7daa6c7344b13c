// Studies at the gate: which are read, which refused, and what reports, lists and records say.
#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "image/encode.h"
#include "pipeline/batch_fixture.h"
#include "pipeline/film_gate.h"
#include "pipeline/work_list.h"

namespace slava {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

namespace fs = std::filesystem;
using Json = nlohmann::json;

class StudiesAtTheGate : public BatchTest {
 protected:
  // The drawn films pass the pixel check here; tags decide.
  StudiesAtTheGate() {
    gate_ = GateOptions();
    for (const GateReason reason :
         {GateReason::kNearBlank, GateReason::kNotAChestFilm, GateReason::kView, GateReason::kSize,
          GateReason::kInverted, GateReason::kCropped, GateReason::kRotated}) {
      gate_.set(reason, GateAction::kOff);
    }
  }

  Film film(const std::string& name, const std::string& modality = "", View view = View::kFrontal) {
    write_film(folder_ / name);
    Film film = film_at(folder_ / name, view);
    film.tags.modality = modality;
    return film;
  }
  void add(const std::string& id, std::vector<Film> films) {
    list_.studies.push_back(study_of(id, std::move(films)));
  }
  Json json(const std::string& name) { return Json::parse(content(out(name))); }
};

TEST_F(StudiesAtTheGate, ARefusedStudyIsDoneWithoutAReportAndHasItsReasonsOnRecord) {
  add("a", {film("a.png")});
  add("b", {film("b.png", "CT")});
  const BatchSummary summary = run();
  EXPECT_EQ(summary.ok, 1u);
  EXPECT_EQ(summary.refused, 1u);
  EXPECT_EQ(summary.failed, 0u);
  EXPECT_EQ(summary.exit_code(), ExitCode::kRefused);
  EXPECT_THAT(outcomes(), ElementsAre("a ok", "b refused"));
  EXPECT_THAT(out_.str(), HasSubstr("refused b modality: b.png: the Modality is CT"));
  EXPECT_THAT(err_.str(), HasSubstr("1 studies refused, 0 failed"));
  const Json record = json("b/record.json");
  EXPECT_EQ(record["status"], "refused");
  EXPECT_EQ(record["gate"][0]["reason"], "modality");
  EXPECT_THAT(record["files"], IsEmpty());
  EXPECT_FALSE(fs::exists(out("b/report.txt")));
  EXPECT_THAT(assistant_.requests, SizeIs(1)) << "the model saw the refused film";
  EXPECT_EQ(json("run.json")["outcome"]["refused"], 1);
  EXPECT_EQ(json("run.json")["gate"]["modality"], "refuse");
}

TEST_F(StudiesAtTheGate, AResumeKeepsWhatWasRefusedUntilTheGateIsSetOtherwise) {
  add("b", {film("b.png", "CT")});
  run();
  options_.existing = ExistingResults::kResume;
  BatchSummary summary = run();
  EXPECT_EQ(summary.refused, 1u);
  EXPECT_EQ(summary.exit_code(), ExitCode::kRefused);
  EXPECT_THAT(out_.str(), HasSubstr("refused b modality: b.png"));
  EXPECT_THAT(outcomes(), ElementsAre("b refused"));
  options_.only_failed = true;
  gate_.set(GateReason::kView, GateAction::kWarn);
  EXPECT_EQ(run().not_done, 1u) << "refused is not failed";
  options_.only_failed = false;
  gate_.set(GateReason::kModality, GateAction::kWarn);
  summary = run();
  EXPECT_EQ(summary.ok, 1u);
  EXPECT_THAT(outcomes(), ElementsAre("b ok"));
  EXPECT_EQ(json("b/report.json")["gate"][0]["action"], "warn");
}

TEST_F(StudiesAtTheGate, AnEarlierReportGoesWhenItsStudyIsRefused) {
  add("b", {film("b.png", "CT")});
  gate_.set(GateReason::kModality, GateAction::kOff);
  run();
  ASSERT_TRUE(fs::exists(out("b/report.txt")));
  gate_.set(GateReason::kModality, GateAction::kRefuse);
  options_.existing = ExistingResults::kResume;
  EXPECT_EQ(run().refused, 1u);
  EXPECT_FALSE(fs::exists(out("b/report.txt")));
}

TEST_F(StudiesAtTheGate, TheExitCodeTellsRefusedFromFailed) {
  BatchSummary summary;
  summary.refused = 2;
  EXPECT_EQ(summary.exit_code(), ExitCode::kRefused);
  summary.failed = 1;
  EXPECT_EQ(summary.exit_code(), ExitCode::kAllFailed);
  summary.ok = 1;
  EXPECT_EQ(summary.exit_code(), ExitCode::kSomeFailed);
  summary.failed = 0;
  EXPECT_EQ(summary.exit_code(), ExitCode::kRefused);
}

TEST_F(StudiesAtTheGate, TheGoodFilmsOfAStudyAreReadAndTheReportSaysWhichWasNot) {
  add("a", {film("ct.png", "CT"), film("good.png", "DX")});
  EXPECT_EQ(run().ok, 1u);
  ASSERT_THAT(assistant_.requests, SizeIs(1));
  const Json report = json("a/report.json");
  EXPECT_THAT(report["films"], SizeIs(1));
  EXPECT_EQ(report["films"][0]["file"], "good.png");
  EXPECT_EQ(report["gate"][0]["film"], "ct.png");
  EXPECT_EQ(report["gate"][0]["action"], "refuse");
  const std::string text = content(out("a/report.txt"));
  EXPECT_LT(text.find("WARNING: ct.png was not read (modality)"), text.find("FINDINGS"));
  EXPECT_THAT(content(out("a/report.html")), HasSubstr("ct.png was not read (modality)"));
}

TEST_F(StudiesAtTheGate, AFilmThatItsPixelsRefuseIsShownAndTheNextOfItsViewIsRead) {
  gate_.set(GateReason::kNearBlank, GateAction::kRefuse);
  Film white = film("white.png");
  ASSERT_TRUE(write_file_atomically(
      white.path, encode_png(GrayImage{40, 30, std::vector<uint8_t>(40 * 30, 255)}).value()));
  write_film(folder_ / "good.png", 3);
  add("a", {white, film_at(folder_ / "good.png")});
  EXPECT_EQ(run().ok, 1u);
  const Json report = json("a/report.json");
  ASSERT_THAT(report["films"], SizeIs(2));
  EXPECT_EQ(report["films"][0]["read_by_model"], false);
  EXPECT_EQ(report["films"][1]["read_by_model"], true);
  EXPECT_EQ(report["gate"][0]["reason"], "near_blank");
}

TEST_F(StudiesAtTheGate, APatientOutsideTheAgeRangeIsRefusedWithAllFilms) {
  gate_.patient_age.from = 18;
  Film child = film("child.png");
  child.tags.patient_age_years = 5;
  add("a", {child, film("no-age.png")});
  EXPECT_EQ(run().refused, 1u);
  EXPECT_THAT(assistant_.requests, IsEmpty());
  EXPECT_THAT(out_.str(), HasSubstr("patient_age: child.png"));
}

TEST_F(StudiesAtTheGate, ASeriesWithOneFaultIsOneReason) {
  std::vector<Film> slices;
  for (int i = 0; i < 20; ++i) slices.push_back(film(cat("slice", i, ".png"), "CT"));
  const Study study = study_of("ct", slices);
  const TagVerdict verdict = judge_tags(study, gate_);
  EXPECT_THAT(verdict.passed, IsEmpty());
  ASSERT_THAT(verdict.refusals, SizeIs(1));
  EXPECT_THAT(verdict.refusals[0].text, HasSubstr("and 19 more of the study"));
}

TEST_F(StudiesAtTheGate, WithoutAFolderARefusalIsALineOfStderrOrAnObject) {
  add("b", {film("b.png", "CT")});
  options_.output.clear();
  EXPECT_EQ(run().refused, 1u);
  EXPECT_EQ(out_.str(), "");
  EXPECT_THAT(err_.str(), HasSubstr("slava-cxr: refused: b: modality: b.png"));
  options_.lines = LineFormat::kJson;
  run();
  EXPECT_EQ(Json::parse(out_.str())["status"], "refused");
}

TEST_F(StudiesAtTheGate, TheDryRunTellsWhatTheTagsRefuse) {
  add("a", {film("a.png")});
  add("b", {film("b.png", "CT")});
  std::ostringstream text;
  print_work(work_items(list_, {}), 0, gate_, ListFormat::kText, text);
  EXPECT_THAT(text.str(), AllOf(HasSubstr("b: refused: modality: b.png"),
                                HasSubstr("refused studies: 1"), Not(HasSubstr("a: refused"))));
  std::ostringstream lines;
  print_work(work_items(list_, {}), 0, gate_, ListFormat::kJsonLines, lines);
  EXPECT_THAT(lines.str(), HasSubstr("\"status\":\"refused\""));
}

}  // namespace
}  // namespace slava
