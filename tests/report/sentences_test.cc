#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "report/report.h"

namespace slava {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> texts;
  for (const Sentence& sentence : split_sentences(text)) texts.push_back(sentence.text);
  return texts;
}

TEST(Sentences, EndAtFullStopsQuestionAndExclamationMarks) {
  EXPECT_THAT(split("The heart is normal. Is it? Yes! The lungs are clear."),
              ElementsAre("The heart is normal.", "Is it?", "Yes!", "The lungs are clear."));
}

TEST(Sentences, OfSmallLettersAreSplitToo) {
  EXPECT_THAT(split("the heart is normal. the lungs are clear."),
              ElementsAre("the heart is normal.", "the lungs are clear."));
}

TEST(Sentences, WithoutAnEndAreKept) {
  EXPECT_THAT(split("The heart is normal. The lungs are"),
              ElementsAre("The heart is normal.", "The lungs are"));
  EXPECT_THAT(split("no full stop"), ElementsAre("no full stop"));
}

TEST(Sentences, DoNotEndInsideNumbersAndMeasures) {
  EXPECT_THAT(split("A nodule of 1.5 cm is seen. It is 3.25 by 2.0 mm."),
              ElementsAre("A nodule of 1.5 cm is seen.", "It is 3.25 by 2.0 mm."));
  EXPECT_THAT(split("A nodule of 5 mm. in diameter. A mass of 3cm. by 2cm. is new."),
              ElementsAre("A nodule of 5 mm. in diameter.", "A mass of 3cm. by 2cm.", "is new."));
  EXPECT_THAT(split("It measures 1. 5 cm."), ElementsAre("It measures 1. 5 cm."));
}

TEST(Sentences, EndAfterAUnitWhenAnotherSentenceBegins) {
  EXPECT_THAT(split("The nodule measures 5 mm. The heart is normal."),
              ElementsAre("The nodule measures 5 mm.", "The heart is normal."));
}

TEST(Sentences, DoNotEndAtAbbreviations) {
  EXPECT_THAT(split("Discussed with Dr. Smith by phone. Scar vs. nodule."),
              ElementsAre("Discussed with Dr. Smith by phone.", "Scar vs. nodule."));
  EXPECT_THAT(
      split("Devices, e.g. Port catheters, are absent. Told Dr. J. R. Smith today."),
      ElementsAre("Devices, e.g. Port catheters, are absent.", "Told Dr. J. R. Smith today."));
  EXPECT_THAT(split("See (approx. 3 cm). Fig. 2 shows it."),
              ElementsAre("See (approx. 3 cm).", "Fig. 2 shows it."));
  EXPECT_THAT(split("P.A. and lateral views. Done at 5 p.m. The lungs are clear."),
              ElementsAre("P.A. and lateral views.", "Done at 5 p.m.", "The lungs are clear."));
  EXPECT_THAT(
      split("Compared with no. 3 of the series. Effusion? No. Clear lungs."),
      ElementsAre("Compared with no. 3 of the series.", "Effusion?", "No.", "Clear lungs."));
}

TEST(Sentences, EndAfterASingleLetterThatIsNoInitial) {
  EXPECT_THAT(split("This is grade B. The heart is normal."),
              ElementsAre("This is grade B.", "The heart is normal."));
}

TEST(Sentences, EndOnlyBeforeWhiteSpace) {
  EXPECT_THAT(split("Heart normal.Lungs clear."), ElementsAre("Heart normal.Lungs clear."));
}

TEST(Sentences, KeepEllipsesAndClosingMarks) {
  EXPECT_THAT(split("The heart ... is normal. And then... Nothing."),
              ElementsAre("The heart ... is normal.", "And then...", "Nothing."));
  EXPECT_THAT(split("(It is small.) \"It is new.\" Clear lungs."),
              ElementsAre("(It is small.)", "\"It is new.\"", "Clear lungs."));
  EXPECT_THAT(split("Really?! Yes."), ElementsAre("Really?!", "Yes."));
}

TEST(Sentences, LoseTheNumbersOfALists) {
  EXPECT_THAT(split("1. No effusion. 2. Cardiomegaly. 3) Clear lungs."),
              ElementsAre("No effusion.", "Cardiomegaly.", "Clear lungs."));
  EXPECT_THAT(split("Unchanged since 2012. 2. Cardiomegaly."),
              ElementsAre("Unchanged since 2012.", "Cardiomegaly."));
}

TEST(Sentences, KeepNumbersThatAreNoListNumbers) {
  EXPECT_THAT(split("2 nodules are seen. 1. 5 cm is the size."),
              ElementsAre("2 nodules are seen.", "1. 5 cm is the size."));
  EXPECT_THAT(split("2."), ElementsAre("2."));
}

TEST(Sentences, HaveTheirWhiteSpaceFolded) {
  EXPECT_THAT(split("  The  heart\n is\tnormal .\r\n The lungs  "),
              ElementsAre("The heart is normal .", "The lungs"));
}

TEST(Sentences, AreNoneInNothing) {
  EXPECT_THAT(split(""), IsEmpty());
  EXPECT_THAT(split(" \n\t\r "), IsEmpty());
}

TEST(Sentences, OfAModelAreCleaned) {
  const auto sentences = sentences_of_model_text("Heart\x01 normal.\nLungs \xFF clear.");
  ASSERT_EQ(sentences.size(), 2u);
  EXPECT_EQ(sentences[0].text, "Heart\uFFFD normal.");
  EXPECT_EQ(sentences[1].text, "Lungs \uFFFD clear.");
}

TEST(Sentences, ThatRepeatStayAndAreNamedInARemark) {
  Report report;
  report.findings = sentences_of_model_text("Clear. Clear. Normal. Clear.");
  report.impression = sentences_of_model_text("Normal.");
  EXPECT_EQ(report.findings.size(), 4u);
  EXPECT_EQ(repetition_remark(report), "The model wrote a sentence more than once: \"Clear.\"");
  report.findings = sentences_of_model_text("Clear. Normal.");
  EXPECT_EQ(repetition_remark(report), "");
}

}  // namespace
}  // namespace slava
