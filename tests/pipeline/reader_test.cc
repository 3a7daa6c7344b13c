#include "pipeline/reader.h"

#include <gmock/gmock.h>

#include "base/version.h"
#include "pipeline/fakes.h"
#include "pipeline/film_gate.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;
using testing::SizeIs;

class ReaderTest : public testing::Test {
 protected:
  // A film in the temporary folder.
  Film film(const std::string& name, View view = View::kFrontal,
            ViewSource source = ViewSource::kManifest, int level = 0) {
    write_film(folder_ / name, level);
    return film_at(folder_ / name, view, source);
  }

  Result<Report> read(const Study& study) {
    SLAVA_TRY(Reading reading, Reader(assistant_, {.gate = open_gate()}).read(study));
    if (!reading.report) return fail(ErrorKind::kRefused, reason_of(reading.refusals));
    return *std::move(reading.report);
  }

  TemporaryFolder folder_;
  FakeAssistant assistant_;
};

TEST_F(ReaderTest, AFrontalAndALateralFilmBothReachTheModel) {
  const auto report = read(study_of("s", {film("f.png"), film("l.png", View::kLateral)}));
  ASSERT_TRUE(report) << report.error();
  ASSERT_THAT(assistant_.requests, SizeIs(1));
  ASSERT_THAT(assistant_.requests[0].films, SizeIs(2));
  EXPECT_EQ(assistant_.requests[0].films[0].view, View::kFrontal);
  EXPECT_EQ(assistant_.requests[0].films[1].view, View::kLateral);
  ASSERT_THAT(report->films, SizeIs(2));
  EXPECT_TRUE(report->films[0].read_by_model);
  EXPECT_TRUE(report->films[1].read_by_model);
  EXPECT_THAT(report->remarks, IsEmpty());
}

TEST_F(ReaderTest, TheTextBecomesSentencesOfItsSections) {
  const auto report = read(study_of("s", {film("f.png"), film("l.png", View::kLateral)}));
  ASSERT_TRUE(report) << report.error();
  ASSERT_THAT(report->findings, SizeIs(2));
  EXPECT_EQ(report->findings[1].text, "Views: frontal lateral.");
  ASSERT_THAT(report->impression, SizeIs(1));
  EXPECT_TRUE(report->complete);
}

TEST_F(ReaderTest, ProvenanceSaysWhoWroteItAndHow) {
  const auto report = read(study_of("s", {film("f.png")}));
  ASSERT_TRUE(report) << report.error();
  const Provenance& provenance = report->provenance;
  EXPECT_EQ(provenance.program_version, program_version());
  EXPECT_EQ(provenance.checkpoint_sha256, assistant_.info_.sha256);
  EXPECT_EQ(provenance.checkpoint_notice, assistant_.info_.notice);
  EXPECT_EQ(provenance.preprocessing_profile, "raw");
  EXPECT_EQ(provenance.preprocessing_size, 16);
  EXPECT_THAT(provenance.decoding, Contains(Pair("strategy", "greedy")));
}

TEST_F(ReaderTest, AFilmsRecordHasItsHashesSizeAndPicture) {
  const auto report = read(study_of("s", {film("f.png")}));
  ASSERT_TRUE(report) << report.error();
  const FilmRecord& record = report->films.at(0);
  EXPECT_EQ(record.file, "f.png");
  EXPECT_THAT(record.file_sha256, SizeIs(64));
  EXPECT_EQ(record.model_input_sha256, assistant_.requests[0].films[0].pixels.sha256);
  EXPECT_EQ(record.width, 40);
  EXPECT_EQ(record.height, 30);
  EXPECT_TRUE(record.picture_jpeg.starts_with("\xFF\xD8\xFF"));
}

TEST_F(ReaderTest, ASecondFilmOfAViewIsShownButNotReadAndTheReportSaysSo) {
  const auto report =
      read(study_of("s", {film("a.png"), film("b.png"), film("l.png", View::kLateral)}));
  ASSERT_TRUE(report) << report.error();
  EXPECT_THAT(assistant_.requests[0].films, SizeIs(2));
  ASSERT_THAT(report->films, SizeIs(3));
  EXPECT_FALSE(report->films[1].read_by_model);
  EXPECT_EQ(report->films[1].model_input_sha256, "");
  EXPECT_THAT(report->remarks, ElementsAre(AllOf(HasSubstr("b.png"), HasSubstr("not read"))));
}

TEST_F(ReaderTest, AnAssumedViewIsRemarked) {
  const auto report = read(study_of(
      "s", {film("f.png", View::kFrontal, ViewSource::kAssumed), film("l.png", View::kLateral)}));
  ASSERT_TRUE(report) << report.error();
  EXPECT_THAT(report->remarks,
              ElementsAre(AllOf(HasSubstr("f.png"), HasSubstr("taken as frontal"))));
}

TEST_F(ReaderTest, ALateralFilmThatTheModelCannotReadIsRemarked) {
  assistant_.info_.uses_lateral = false;
  const auto report = read(study_of("s", {film("f.png"), film("l.png", View::kLateral)}));
  ASSERT_TRUE(report) << report.error();
  EXPECT_THAT(assistant_.requests[0].films, SizeIs(1));
  EXPECT_THAT(report->remarks, ElementsAre(AllOf(HasSubstr("l.png"), HasSubstr("not read"))));
}

TEST_F(ReaderTest, AMissingLateralFilmIsRemarkedWhereTheModelWouldReadIt) {
  const auto with = read(study_of("s", {film("f.png")}));
  ASSERT_TRUE(with) << with.error();
  EXPECT_THAT(with->remarks, ElementsAre(HasSubstr("no lateral film")));
  assistant_.info_.uses_lateral = false;
  const auto without = read(study_of("s", {film("f.png")}));
  ASSERT_TRUE(without) << without.error();
  EXPECT_THAT(without->remarks, IsEmpty());
}

TEST_F(ReaderTest, ALateralFilmAloneIsReadWithARemarkOrRefused) {
  const Study study = study_of("s", {film("l.png", View::kLateral)});
  const auto read_alone = read(study);
  ASSERT_TRUE(read_alone) << read_alone.error();
  EXPECT_THAT(read_alone->remarks, ElementsAre(HasSubstr("lateral film alone")));
  assistant_.info_.uses_lateral = false;
  const auto refused = read(study);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInput);
  EXPECT_THAT(refused.error().message, AllOf(HasSubstr("l.png"), HasSubstr("no frontal film")));
}

TEST_F(ReaderTest, IndicationAndComparisonReachTheModelOnlyWhereItHasAPlaceForThem) {
  Study study = study_of("s", {film("f.png"), film("l.png", View::kLateral)});
  study.indication = "Cough.";
  study.comparison = "None.";
  const auto unseen = read(study);
  ASSERT_TRUE(unseen) << unseen.error();
  EXPECT_EQ(assistant_.requests[0].indication, "");
  EXPECT_EQ(assistant_.requests[0].comparison, "");
  EXPECT_EQ(unseen->indication, "Cough.");
  EXPECT_EQ(unseen->comparison, "None.");
  EXPECT_THAT(unseen->remarks,
              ElementsAre(HasSubstr("indication was not"), HasSubstr("comparison was not")));
  assistant_.info_.uses_indication = true;
  assistant_.info_.uses_comparison = true;
  const auto seen = read(study);
  ASSERT_TRUE(seen) << seen.error();
  EXPECT_EQ(assistant_.requests[1].indication, "Cough.");
  EXPECT_EQ(assistant_.requests[1].comparison, "None.");
  EXPECT_THAT(seen->remarks, IsEmpty());
}

TEST_F(ReaderTest, ATextThatWasCutIsIncompleteAndRemarked) {
  assistant_.complete = false;
  const auto report = read(study_of("s", {film("f.png"), film("l.png", View::kLateral)}));
  ASSERT_TRUE(report) << report.error();
  EXPECT_FALSE(report->complete);
  EXPECT_THAT(report->remarks, ElementsAre(HasSubstr("limit of 256 tokens")));
}

TEST_F(ReaderTest, OneUnreadableFilmFailsItsStudyByName) {
  write_truncated_film(folder_ / "half.png");
  const auto report =
      read(study_of("s", {film("f.png"), film_at(folder_ / "half.png", View::kLateral)}));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::kInput);
  EXPECT_THAT(report.error().message,
              AllOf(HasSubstr("half.png"), HasSubstr("a part of the study's 2 films")));
  EXPECT_THAT(assistant_.requests, IsEmpty());
}

TEST_F(ReaderTest, AnUnreadableFilmThatTheModelWouldNotTakeFailsItsStudyToo) {
  write_truncated_film(folder_ / "half.png");
  EXPECT_FALSE(read(study_of("s", {film("f.png"), film_at(folder_ / "half.png")})));
}

TEST_F(ReaderTest, ASingleFilmsErrorIsNotWrapped) {
  write_truncated_film(folder_ / "half.png");
  const auto report = read(study_of("s", {film_at(folder_ / "half.png")}));
  ASSERT_FALSE(report);
  EXPECT_THAT(report.error().message, Not(HasSubstr("part of the study")));
}

TEST_F(ReaderTest, AnErrorOfTheAssistantIsTheStudys) {
  assistant_.failure = "out of memory";
  const auto report = read(study_of("s", {film("f.png")}));
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().kind, ErrorKind::kInternal);
  EXPECT_EQ(report.error().message, "out of memory");
}

TEST(DecodingSettings, GreedyLeavesOutWhatItIgnores) {
  GenerationOptions greedy;
  greedy.seed = 7;
  greedy.top_p = 0.5;
  EXPECT_THAT(decoding_settings(greedy),
              ElementsAre(Pair("strategy", "greedy"), Pair("max_new_tokens", "256"),
                          Pair("no_repeat_ngram", "0")));
  GenerationOptions sampling;
  sampling.temperature = 0.7;
  sampling.top_p = 0.9;
  sampling.seed = 18446744073709551615u;
  EXPECT_THAT(decoding_settings(sampling),
              ElementsAre(Pair("strategy", "sampling"), Pair("max_new_tokens", "256"),
                          Pair("no_repeat_ngram", "0"), Pair("temperature", "0.7"),
                          Pair("top_p", "0.9"), Pair("seed", "18446744073709551615")));
}

}  // namespace
}  // namespace slava
