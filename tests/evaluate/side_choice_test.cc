#include "evaluate/side_choice.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace slava {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> sided(const std::string& text) {
  JoinedReports joined;
  joined.pairs.push_back({"CXR1", {{{ReportSection::kFindings, text}}}, {}});
  std::vector<std::string> sentences;
  for (const SidedSentence& sentence : sided_sentences(joined)) {
    EXPECT_EQ(sentence.study_id, "CXR1");
    sentences.push_back(cat(sentence.as_written, "|", sentence.exchanged));
  }
  return sentences;
}

TEST(ExchangeSides, KeepsTheCaseAndOtherWords) {
  EXPECT_EQ(exchange_sides("Left-sided effusion, RIGHT base; upright, bilateral, leftward."),
            "Right-sided effusion, LEFT base; upright, bilateral, leftward.");
}

TEST(ExchangeSides, TwiceChangesNothing) {
  const std::string text = "The left lung is larger than the Right.";
  EXPECT_EQ(exchange_sides(exchange_sides(text)), text);
}

TEST(SidedSentences, AffirmSomethingOnOneSide) {
  EXPECT_THAT(sided("There is a small left pleural effusion. The heart is large."),
              ElementsAre("There is a small left pleural effusion.|There is a small right pleural "
                          "effusion."));
}

TEST(SidedSentences, AreNotThoseOfBothSidesOrOfNone) {
  EXPECT_THAT(sided("Bilateral pleural effusions. There is no left pneumothorax. "
                    "Left pleural effusion and right atelectasis."),
              IsEmpty());
}

TEST(SidedSentences, CountOnceAStudy) {
  EXPECT_EQ(sided("Left pleural effusion. Left pleural effusion.").size(), 1U);
}

TEST(SideChoice, CountsTheWrittenSideThatIsLikelier) {
  const SideChoice choice = count_right_sides({{-1, -2}, {-3, -2}, {-2, -2}, {-1, -5}});
  EXPECT_EQ(choice.sentences, 4U);
  EXPECT_EQ(choice.right, 2U);
  EXPECT_DOUBLE_EQ(choice.share(), 0.5);
  // Wilson's interval for 2 of 4.
  EXPECT_NEAR(choice.interval.low, 0.150, 0.001);
  EXPECT_NEAR(choice.interval.high, 0.850, 0.001);
}

TEST(SideChoice, OfNoSentencesHasNoShare) {
  EXPECT_NE(count_right_sides({}).share(), count_right_sides({}).share());
}

}  // namespace
}  // namespace slava
