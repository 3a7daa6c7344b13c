// Text that no radiologist wrote: the extractor must stay within its bytes and within its time.
#include <gmock/gmock.h>

#include <random>

#include "findings/story.h"

namespace slava {
namespace {

using ::testing::ElementsAre;

void expect_places_within(const std::string& text) {
  for (const Finding& finding : extract_findings(text)) {
    EXPECT_LT(finding.begin, finding.end);
    EXPECT_LE(finding.end, text.size());
  }
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

// Were the time to grow with the square, it would be hours, and ctest would end the test.
TEST(HostileText, WithoutAFullStopTakesTimeByItsLength) {
  expect_places_within(repeat("effusion ", 20000));
  expect_places_within(repeat("no left heart and or effusion, ", 3000));
  expect_places_within(std::string(4000000, 'a'));
  expect_places_within(repeat("\n", 1000000));
  expect_places_within(repeat("findings:", 100000));
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
    expect_places_within(text);
  }
}

}  // namespace
}  // namespace slava
