#include "train/report_composer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "assistant/prompt.h"

namespace slava {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::vector<std::pair<std::string, std::string>>& reports() {
  static const auto* const kReports = new std::vector<std::pair<std::string, std::string>>{
      {"The heart is enlarged. The lungs are clear. There is no pneumothorax.", "Cardiomegaly."},
      {"The heart is normal in size. There is a small left pleural effusion.",
       "Left pleural effusion."},
      {"There is no pleural effusion. Calcified granuloma. Heart size is normal.",
       "No acute cardiopulmonary abnormality."},
      {"Patchy opacity in the right lower lobe. No pneumothorax.", "No acute disease."},
      {"Mild scoliosis of the spine. There is no focal consolidation.", "Scoliosis."},
      {"The film cannot be assessed.", "The film cannot be assessed."},
  };
  return *kReports;
}

std::vector<Sign> shown_by(const SignedText& report) {
  const Answer sections = split_answer(without_signs(report.text));
  return signed_text(sections.findings, sections.impression).signs;
}

TEST(ReportComposer, ShowsExactlyTheSignsThatItTells) {
  const ReportComposer composer(reports());
  ASSERT_TRUE(composer.is_ready());
  size_t signs = 0;
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    const SignedText report = composer.compose({{"cardiomegaly"}}, random);
    EXPECT_EQ(shown_by(report), report.signs) << report.text;
    signs += report.signs.size();
  }
  EXPECT_GT(signs, 100U);
}

TEST(ReportComposer, NeverDeniesWhatItShows) {
  const ReportComposer composer(reports());
  for (unsigned seed = 0; seed < 200; ++seed) {
    std::mt19937_64 random(seed);
    const SignedText report = composer.compose({{"cardiomegaly"}}, random);
    const auto& signs = report.signs;
    if (std::ranges::find(signs, "cardiomegaly", &Sign::observation) != signs.end()) {
      EXPECT_THAT(report.text, Not(HasSubstr("normal in size")));
      EXPECT_THAT(report.text, Not(HasSubstr("Heart size is normal")));
    }
  }
}

TEST(ReportComposer, LeavesBlankFilmsAlone) {
  const ReportComposer composer(reports());
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937_64 random(seed);
    EXPECT_THAT(composer.compose({}, random).text, Not(HasSubstr("cannot be assessed")));
  }
}

TEST(ReportComposer, TheSameSeedComposesTheSame) {
  const ReportComposer composer(reports());
  std::mt19937_64 one(7), two(7);
  EXPECT_EQ(composer.compose({}, one).text, composer.compose({}, two).text);
}

TEST(ReportComposer, WithoutSentencesIsNotReady) { EXPECT_FALSE(ReportComposer({}).is_ready()); }

}  // namespace
}  // namespace slava
