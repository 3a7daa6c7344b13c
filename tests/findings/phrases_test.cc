#include "findings/phrases.h"

#include <gmock/gmock.h>

namespace slava::findings {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// Hits of `pattern` in `text` as "begin-end".
std::vector<std::string> hits_of(const std::string& pattern, std::string_view text,
                                 const PhraseSets& sets = {}) {
  PhraseTree tree;
  tree.add(pattern, 0, sets);
  WordList list;
  read_words(text, ReportSection::kUnknown, {}, list);
  PhraseTree::WordIds ids;
  tree.look_up(list.words, 0, list.words.size(), ids);
  std::vector<PhraseHit> hits;
  for (size_t at = 0; at < list.words.size(); ++at) {
    tree.match(list.words, ids, 0, at, list.words.size(), hits);
  }
  std::vector<std::string> lines;
  for (const PhraseHit& hit : hits) {
    lines.push_back(std::to_string(hit.begin) + "-" + std::to_string(hit.end));
  }
  return lines;
}

TEST(Phrases, OfPlainWordsMatchThoseWordsOnly) {
  EXPECT_THAT(hits_of("mass", "a mass is massive"), ElementsAre("1-2"));
  EXPECT_THAT(hits_of("pleural fluid", "pleural and fluid"), IsEmpty());
}

TEST(Phrases, OfStemsMatchWordsThatBeginSo) {
  EXPECT_THAT(hits_of("atelecta*", "Atelectasis, atelectatic; stelectasis"),
              ElementsAre("0-1", "2-3"));
}

TEST(Phrases, HaveChoicesAndWordsThatMayBeAbsent) {
  EXPECT_THAT(hits_of("dense|hazy [lung] opacity", "hazy opacity and dense lung opacity"),
              ElementsAre("0-2", "3-6"));
}

TEST(Phrases, TakeNamedSets) {
  EXPECT_THAT(hits_of("large {heart}", "large cardiac silhouette",
                      {{"heart", {"heart", "cardiac silhouette"}}}),
              ElementsAre("0-3"));
}

TEST(Phrases, SkipAsManyWordsAsTheySay) {
  EXPECT_THAT(hits_of("heart ~2 enlarged", "heart is mildly enlarged"), ElementsAre("0-4"));
  EXPECT_THAT(hits_of("heart ~1 enlarged", "heart is mildly enlarged"), IsEmpty());
  EXPECT_THAT(hits_of("heart ~3 enlarged", "heart, aorta enlarged"), ElementsAre("0-4"));
  EXPECT_THAT(hits_of("heart _3 enlarged", "heart, aorta enlarged"), IsEmpty());
}

TEST(Phrases, GiveTheNearestEnd) {
  EXPECT_THAT(hits_of("heart ~5 normal", "heart normal lungs normal"), ElementsAre("0-2"));
}

}  // namespace
}  // namespace slava::findings
