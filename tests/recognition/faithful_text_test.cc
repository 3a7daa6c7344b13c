#include "recognition/faithful_text.h"

#include <gmock/gmock.h>

#include "base/strings.h"
#include "recognition/signed_text.h"

namespace slava {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const Sign kCardiomegaly{"cardiomegaly"};
const Sign kLeftEffusion{"pleural_effusion", FindingSide::kLeft};

TEST(FaithfulText, WhatSaysTheSignsStaysWordForWord) {
  const auto text = faithful_text(
      "<cardiomegaly> The heart is enlarged. The lungs are clear. <pleural_effusion><left> There "
      "is "
      "a left pleural effusion.",
      "<cardiomegaly> Cardiomegaly.", {kCardiomegaly, kLeftEffusion});
  EXPECT_EQ(text.findings,
            "The heart is enlarged. The lungs are clear. There is a left pleural effusion.");
  EXPECT_EQ(text.impression, "Cardiomegaly.");
  EXPECT_EQ(text.reworded + text.left_out, 0);
}

TEST(FaithfulText, ASentenceThatSaysAnotherSignIsReworded) {
  const auto text = faithful_text("<cardiomegaly> There is a right pneumothorax.",
                                  "No acute disease.", {kCardiomegaly});
  EXPECT_THAT(text.findings, Not(HasSubstr("pneumothorax")));
  EXPECT_EQ(signs_of_sentence(text.findings, ReportSection::kFindings), std::vector{kCardiomegaly});
  EXPECT_EQ(text.reworded, 1);
  EXPECT_EQ(text.impression, "No acute disease.");
}

TEST(FaithfulText, ASideThatWasNotRecognisedIsNotTold) {
  const auto without = faithful_text("<pleural_effusion> There is a left pleural effusion.", "",
                                     {{"pleural_effusion"}});
  EXPECT_THAT(without.findings, Not(HasSubstr("left")));
  const auto other = faithful_text("<pleural_effusion><left> There is a right pleural effusion.",
                                   "", {kLeftEffusion});
  EXPECT_EQ(signs_of_sentence(other.findings, ReportSection::kFindings),
            std::vector{kLeftEffusion});
}

TEST(FaithfulText, ASignThatIsPossibleIsNotToldAsCertain) {
  const Sign possible{"scoliosis", FindingSide::kNone, true};
  const auto text = faithful_text("<scoliosis><possible> There is scoliosis.", "", {possible});
  EXPECT_EQ(signs_of_sentence(text.findings, ReportSection::kFindings), std::vector{possible});
}

TEST(FaithfulText, WhatWasNotRecognisedOrDeniesWhatWasIsLeftOut) {
  const auto text = faithful_text(
      "The heart is normal in size. There is a granuloma. The be are intact. <cardiomegaly> The "
      "heart is enlarged. There is no pneumothorax.",
      "Cardiomegaly. Pneumonia.", {kCardiomegaly});
  EXPECT_EQ(text.findings, "The heart is enlarged. There is no pneumothorax.");
  EXPECT_EQ(text.impression, "Cardiomegaly.");
  EXPECT_EQ(text.left_out, 4);
}

TEST(FaithfulText, WhatTheRulesCannotReadIsNotConcluded) {
  const auto text = faithful_text(
      "<tortuous_aorta> The aorta is tortuous, and cannot exclude ascending aortic aneurysm. There "
      "is no effusion. Recommend CT.",
      "<tortuous_aorta> Tortuous aorta.", {{"tortuous_aorta"}});
  EXPECT_THAT(text.findings,
              AllOf(HasSubstr("tortuous"), HasSubstr("no effusion"), Not(HasSubstr("aneurysm"))));
  EXPECT_EQ(text.reworded, 1);
  const Sign opacity{"lung_opacity"};
  const Sign atelectasis{"atelectasis", FindingSide::kNone, true};
  const std::string both = "There is an opacity, which may represent atelectasis.";
  const auto kept =
      faithful_text("<lung_opacity><atelectasis><possible> " + both, "", {opacity, atelectasis});
  EXPECT_EQ(kept.findings, both) << "the rules read what is concluded";
}

TEST(FaithfulText, EverySignIsToldAndNoSectionIsEmpty) {
  const auto text = faithful_text("", "", {kCardiomegaly, kLeftEffusion});
  EXPECT_EQ(signs_of(extract_findings(text.findings)), (std::vector{kCardiomegaly, kLeftEffusion}));
  EXPECT_EQ(signs_of(extract_findings(text.impression)),
            (std::vector{kCardiomegaly, kLeftEffusion}));
  EXPECT_EQ(faithful_text("The lungs are clear.", "", {}).impression, "No acute abnormality.");
}

TEST(FaithfulText, AFilmThatCannotBeAssessedIsSaidToBeSo) {
  const auto text = faithful_text("<not_assessable> The heart is normal in size.", "No disease.",
                                  {{std::string(kNotAssessable)}});
  EXPECT_EQ(text.findings, "The film cannot be assessed.");
  EXPECT_EQ(text.impression, "The film cannot be assessed.");
}

// Whatever a head can recognise can be told, and is read back as what it was.
TEST(FaithfulText, EveryObservationHasAWordingThatSaysIt) {
  int told = 0, lost = 0;
  std::string first_lost;
  for (const std::string& symbol : observation_symbols()) {
    const std::string name = symbol.substr(1, symbol.size() - 2);
    if (name == kNotAssessable) continue;
    for (const bool possible : {false, true}) {
      const Sign sign{name, FindingSide::kNone, possible};
      const auto text = faithful_text("", "", {sign});
      const auto said = signs_of_sentence(text.findings, ReportSection::kFindings);
      ++told;
      if (said == std::vector{sign}) continue;
      ++lost;
      if (first_lost.empty()) first_lost = cat(sign_tokens({sign}), " ", text.findings);
    }
  }
  EXPECT_EQ(lost, 0) << "of " << told << "; the first: " << first_lost;
}

}  // namespace
}  // namespace slava
