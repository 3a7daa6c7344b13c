#include "radex/word_check.h"

#include <gmock/gmock.h>

#include "radex/lexicon.h"

namespace slava::radex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> sentences(const std::string& text, const std::vector<Span>& whole = {}) {
  std::vector<std::string> cut;
  for (const Span span : sentence_spans(text, whole)) {
    cut.push_back(text.substr(span.begin, span.end - span.begin));
  }
  return cut;
}

TEST(WordCheck, SentencesEndAtStopsAndLines) {
  EXPECT_THAT(sentences("Lungs clear. No effusion.\nHeart normal"),
              ElementsAre("Lungs clear.", "No effusion.", "Heart normal"));
}

TEST(WordCheck, ATitleOrAnInitialEndsNoSentence) {
  EXPECT_THAT(sentences("Read by Dr. J. Miller today. Clear."),
              ElementsAre("Read by Dr. J. Miller today.", "Clear."));
  EXPECT_THAT(sentences("12 Oak St. Springfield."), ElementsAre("12 Oak St. Springfield."));
}

TEST(WordCheck, NoSentenceEndsInsideAnIdentifier) {
  EXPECT_THAT(sentences("At 1 a. b now.", {{3, 9}}), ElementsAre("At 1 a. b now."));
}

TEST(WordCheck, DeniesWhatNoListKnows) {
  EXPECT_THAT(denied_kinds("there is a florbish opacity"), ElementsAre("unknown_word"));
  EXPECT_THAT(denied_kinds("seen in Springfield"), ElementsAre("name"));
  EXPECT_THAT(denied_kinds("seen in Window"), ElementsAre("capitalised_word"));
  EXPECT_THAT(denied_kinds("number 4711 there"), ElementsAre("other_number"));
  EXPECT_THAT(denied_kinds("at a_b"), ElementsAre("symbol"));
  EXPECT_THAT(denied_kinds("seen 今日"), ElementsAre("foreign_script"));
  EXPECT_THAT(denied_kinds("by ZZQ there"), ElementsAre("abbreviation"));
}

TEST(WordCheck, AWholeTermIsKnownAndItsPartsAreNot) {
  EXPECT_THAT(denied_kinds("a Swan-Ganz catheter"), IsEmpty());
  EXPECT_THAT(denied_kinds("a catheter of Swan"), ElementsAre("capitalised_word"));
  EXPECT_THAT(denied_kinds("an AP film"), IsEmpty());
  EXPECT_THAT(denied_kinds("an APX film"), ElementsAre("abbreviation"));
}

TEST(WordCheck, OneOrTwoDigitsAloneCountSomething) {
  EXPECT_THAT(denied_kinds("about 12 nodules"), IsEmpty());
  EXPECT_THAT(denied_kinds("about 12-4 nodules"), ElementsAre("other_number"));
  EXPECT_THAT(denied_kinds("about 123 nodules"), ElementsAre("other_number"));
  EXPECT_THAT(denied_kinds("123 ml of fluid"), IsEmpty());
}

TEST(WordCheck, CapitalsOfAWholeSentenceAreNoNames) {
  EXPECT_THAT(denied_kinds("NORMAL CHEST WITH CLEAR LUNGS"), IsEmpty());
  EXPECT_THAT(denied_kinds("NORMAL CHEST OF GRANT"), ElementsAre("abbreviation"));
}

TEST(Lexicon, KnowsWordsOfMedicineAndTheirPlurals) {
  const Lexicon& lexicon = Lexicon::built_in();
  for (const char* word : {"effusion", "effusions", "pneumothoraces", "haemoptysis", "the",
                           "peribronchial", "consolidations", "subpleural"}) {
    EXPECT_TRUE(lexicon.knows(word)) << word;
  }
  for (const char* word : {"smithson", "tanaka", "jsmith", "rodriguez", "subtanaka", "xqz"}) {
    EXPECT_FALSE(lexicon.knows(word)) << word;
  }
}

TEST(Lexicon, TellsWordsThatAreNamesToo) {
  const Lexicon& lexicon = Lexicon::built_in();
  EXPECT_EQ(lexicon.name("grant"), Lexicon::Name::kAlways);
  EXPECT_EQ(lexicon.name("young"), Lexicon::Name::kBeside);
  EXPECT_EQ(lexicon.name("effusion"), Lexicon::Name::kNone);
}

}  // namespace
}  // namespace slava::radex
