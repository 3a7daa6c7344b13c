#include "recognition/sign.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "recognition/signed_text.h"

namespace slava {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

std::vector<Sign> signs_in(const std::string& text) { return signs_of(extract_findings(text)); }

TEST(Signs, AreTokensWithTheSideBehindTheObservation) {
  EXPECT_EQ(sign_tokens({{"pleural_effusion", FindingSide::kLeft}, {"granuloma"}}),
            "<pleural_effusion><left><granuloma>");
}

TEST(Signs, NoneIsAToken) { EXPECT_EQ(sign_tokens({}), "<none>"); }

TEST(Signs, EveryTokenIsASymbolOfTheVocabulary) {
  const auto symbols = sign_symbols();
  for (const char* token : {"<none>", "<not_assessable>", "<left>", "<right>", "<bilateral>",
                            "<cardiomegaly>", "<pleural_effusion>"}) {
    EXPECT_THAT(symbols, Contains(token));
  }
  for (const ObservationName& name : observation_names()) {
    if (name.name == "acute_abnormality") continue;
    EXPECT_THAT(symbols, Contains(sign_tokens({{std::string(name.name)}})));
  }
}

TEST(Signs, AreWhatATextAffirmsOrSuspects) {
  EXPECT_THAT(
      signs_in("No pneumothorax. Possible left pleural effusion. Cardiomegaly."),
      ElementsAre(Sign{"cardiomegaly"}, Sign{"pleural_effusion", FindingSide::kLeft, true}));
}

TEST(Signs, CertainBeatsPossible) {
  EXPECT_THAT(signs_in("Possible cardiomegaly. The heart is enlarged."),
              ElementsAre(Sign{"cardiomegaly"}));
  EXPECT_EQ(sign_tokens({{"cardiomegaly", FindingSide::kNone, true}}), "<cardiomegaly><possible>");
}

TEST(Signs, OfBothSidesAreBilateral) {
  EXPECT_THAT(signs_in("Left pleural effusion. Right pleural effusion."),
              ElementsAre(Sign{"pleural_effusion", FindingSide::kBilateral}));
}

TEST(Signs, ATellingSideBeatsNone) {
  EXPECT_THAT(in_report_order({{"atelectasis"}, {"atelectasis", FindingSide::kRight}}),
              ElementsAre(Sign{"atelectasis", FindingSide::kRight}));
}

TEST(Signs, GoFromTheHeartToTheDevices) {
  EXPECT_THAT(
      in_report_order({{"catheter"}, {"scoliosis"}, {"lung_nodule"}, {"cardiomegaly"}}),
      ElementsAre(Sign{"cardiomegaly"}, Sign{"lung_nodule"}, Sign{"scoliosis"}, Sign{"catheter"}));
}

TEST(SignedText, HasSignsInFrontOfTheSentencesThatShowThem) {
  const SignedText signed_report = signed_text(
      "The heart is enlarged. The lungs are clear. There is a small left pleural "
      "effusion.",
      "Cardiomegaly.");
  EXPECT_EQ(signed_report.text,
            "FINDINGS: <cardiomegaly> The heart is enlarged. The lungs are clear. "
            "<pleural_effusion><left> There is a small left pleural effusion. "
            "IMPRESSION: <cardiomegaly> Cardiomegaly.");
  EXPECT_THAT(signed_report.signs,
              ElementsAre(Sign{"cardiomegaly"}, Sign{"pleural_effusion", FindingSide::kLeft}));
}

TEST(SignedText, AFilmWithoutAChestHasItsOwnSign) {
  const SignedText blank = signed_text("The film cannot be assessed.", "");
  EXPECT_EQ(blank.text, "FINDINGS: <not_assessable> The film cannot be assessed.");
  EXPECT_EQ(sign_tokens(blank.signs), "<not_assessable>");
}

TEST(SignedText, WithoutItsSignsIsTheTextThatWasWritten) {
  const std::string findings = "The heart is enlarged. There is a left pleural effusion.";
  EXPECT_EQ(without_signs(signed_text(findings, "Cardiomegaly.").text),
            "FINDINGS: " + findings + " IMPRESSION: Cardiomegaly.");
}

TEST(SignedText, OtherAngleBracketsStay) {
  EXPECT_EQ(without_signs("<left> 5 < 6 and <b>bold</b> > 3 <unclosed"),
            "5 < 6 and <b>bold</b> > 3 <unclosed");
}

}  // namespace
}  // namespace slava
