#include "evaluate/protocol.h"

#include <gtest/gtest.h>

#include "base/strings.h"

namespace slava {
namespace {

TEST(Protocol, NamesAreFoundAgain) {
  for (const char* name : {"plain", "r2gen", "r2gen-mimic", "verbatim"}) {
    const auto protocol = protocol_of(name);
    ASSERT_TRUE(protocol) << name;
    EXPECT_EQ(name_of(*protocol), name);
    EXPECT_FALSE(describe(*protocol).empty());
  }
  EXPECT_FALSE(protocol_of("R2Gen"));
}

TEST(Protocol, PlainSetsPunctuationApartButNotInNumbersAndWords) {
  EXPECT_EQ(clean_for(Protocol::kPlain, "A 1.5 cm X-ray nodule,no effusion(s)."),
            "a 1.5 cm x-ray nodule , no effusion ( s ) .");
  EXPECT_EQ(clean_for(Protocol::kPlain, "Clear.\n\nPatient's lungs"), "clear . patient's lungs");
}

TEST(Protocol, R2genTakesOffNumbersAndPunctuationAndEndsWithAPoint) {
  EXPECT_EQ(clean_for(Protocol::kR2gen, "1. Heart size is normal. 2. Lungs: clear, no effusion.."),
            "heart size is normal . lungs clear no effusion .");
}

TEST(Protocol, R2genKeepsHyphensAndDropsApostrophes) {
  EXPECT_EQ(clean_for(Protocol::kR2gen, "Patient's x-ray (PA/lateral) = normal"),
            "patients x-ray palateral normal .");
}

TEST(Protocol, R2genKeepsThePointOfAnEmptySentence) {
  EXPECT_EQ(clean_for(Protocol::kR2gen, "?. Clear."), ". clear .");
}

TEST(Protocol, R2genMimicFoldsLineBreaksAndUnderscores) {
  EXPECT_EQ(clean_for(Protocol::kR2genMimic, "Seen by ___ on\n____.  Clear."),
            "seen by on . clear .");
}

TEST(Protocol, R2genCutsAtItsLength) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "word ";
  EXPECT_EQ(split(clean_for(Protocol::kR2gen, text), ' ').size(), 59u);
  EXPECT_EQ(split(clean_for(Protocol::kR2genMimic, text), ' ').size(), 99u);
  EXPECT_EQ(split(clean_for(Protocol::kPlain, text), ' ').size(), 200u);
}

TEST(Protocol, VerbatimOnlyFoldsWhiteSpace) {
  EXPECT_EQ(clean_for(Protocol::kVerbatim, "  The  Lungs,\tare\nClear. "), "The Lungs, are Clear.");
}

TEST(Protocol, NothingStaysNothing) {
  for (const Protocol protocol :
       {Protocol::kPlain, Protocol::kR2gen, Protocol::kR2genMimic, Protocol::kVerbatim}) {
    EXPECT_EQ(clean_for(protocol, " \n\t "), "");
  }
}

TEST(R2genVocabulary, WordsSeenLessThanThreeTimesAreUnknown) {
  const R2genVocabulary vocabulary(Protocol::kR2gen,
                                   {"Lungs clear.", "Lungs clear. Lungs hazy.", "clear", "hazy"});
  EXPECT_EQ(vocabulary.with_unknowns("lungs clear hazy ."), "lungs clear <unk> .");
  EXPECT_EQ(vocabulary.size(), 3u);
}

}  // namespace
}  // namespace slava
