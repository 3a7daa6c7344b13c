// Text that no radiologist wrote: the extractor must stay within its bytes and within its time.
#include <gmock/gmock.h>

#include <ctime>
#include <random>

#include "findings/story.h"

namespace slava {
namespace {

using ::testing::ElementsAre;

double seconds_for(const std::string& text) {
  const auto begin = std::clock();
  for (const Finding& finding : extract_findings(text)) {
    EXPECT_LT(finding.begin, finding.end);
    EXPECT_LE(finding.end, text.size());
  }
  return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
}

std::string repeat(std::string_view piece, size_t count) {
  std::string text;
  text.reserve(piece.size() * count);
  for (size_t i = 0; i < count; ++i) text += piece;
  return text;
}

TEST(HostileText, WithBrokenUtf8KeepsItsPlaces) {
  const std::string text = "\xff\xfe left\xc3 effusion\x80. \xe2\x80\x93 Edema\xf0\x9f";
  EXPECT_THAT(story(text), ElementsAre("+ pleural_effusion left", "+ edema"));
  const auto findings = extract_findings(text);
  EXPECT_EQ(text.substr(findings[0].begin, findings[0].end - findings[0].begin), "effusion");
}

TEST(HostileText, WithZeroBytesIsReadToItsEnd) {
  EXPECT_THAT(story(std::string("no\0effusion.\0edema", 18)),
              ElementsAre("- pleural_effusion", "+ edema"));
}

TEST(HostileText, OfDashesIsSplitAtThem) {
  EXPECT_THAT(story("right\xe2\x80\x93sided effusion"), ElementsAre("+ pleural_effusion right"));
}

// Processor time, since others may use the machine; were it to grow with the square, it would be
// hours.
TEST(HostileText, WithoutAFullStopTakesTimeByItsLength) {
  EXPECT_LT(seconds_for(repeat("effusion ", 20000)), 30.0);
  EXPECT_LT(seconds_for(repeat("no left heart and or effusion, ", 3000)), 30.0);
  EXPECT_LT(seconds_for(std::string(4000000, 'a')), 30.0);
  EXPECT_LT(seconds_for(repeat("\n", 1000000)), 30.0);
  EXPECT_LT(seconds_for(repeat("findings:", 100000)), 30.0);
}

TEST(HostileText, OfRandomBytesAndWordsBreaksNothing) {
  std::mt19937 random(7);
  const std::vector<std::string> words = {
      "no ", "effusion",   ", ",   " and ",   "left ", "heart ",   ". ",
      "is ", "normal ",    "in ",  "upper ",  "lobe",  "\n",       ":",
      "/",   "impression", "\xc3", "versus ", "1. ",   "enlarged "};
  for (int round = 0; round < 300; ++round) {
    std::string text;
    for (int i = 0; i < 60; ++i) {
      if (random() % 4 == 0) {
        text += static_cast<char>(random() % 256);
      } else {
        text += words[random() % words.size()];
      }
    }
    seconds_for(text);
  }
}

}  // namespace
}  // namespace slava
