#include "decoder/token_corpus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slava {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

constexpr int64_t kEnd = 0;

TEST(TokenCorpus, GoesOnAsTheTextsDo) {
  const TokenCorpus corpus({{1, 2, 3, 4}, {7, 8, 9}}, kEnd);
  EXPECT_THAT(corpus.propose({5, 1, 2}, 9), ElementsAre(3, 4, kEnd, 7, 8, 9, kEnd));
  EXPECT_THAT(corpus.propose({5, 1, 2}, 2), ElementsAre(3, 4));
  EXPECT_THAT(corpus.propose({9}, 5), ElementsAre(kEnd));
}

TEST(TokenCorpus, TakesTheMostFrequentWay) {
  const TokenCorpus corpus({{1, 2, 3}, {1, 2, 4, 5}, {1, 2, 4, 6}, {1, 2, 4, 6}}, kEnd);
  EXPECT_THAT(corpus.propose({1}, 3), ElementsAre(2, 4, 6));
}

TEST(TokenCorpus, TheLongestContextDecides) {
  // 2 is followed by 9 most of the time, but not behind 1.
  const TokenCorpus corpus({{2, 9}, {2, 9}, {2, 9}, {1, 2, 3}}, kEnd);
  EXPECT_THAT(corpus.propose({2}, 1), ElementsAre(9));
  EXPECT_THAT(corpus.propose({1, 2}, 1), ElementsAre(3));
}

TEST(TokenCorpus, WithoutACorpusTheTextItselfIsLookedThrough) {
  const TokenCorpus none;
  EXPECT_THAT(none.propose({1, 2, 3, 4, 5, 1, 2, 3}, 4), ElementsAre(4, 5, 1, 2));
  EXPECT_THAT(none.propose({1, 2, 3, 4, 5, 1, 2, 3}, 1), ElementsAre(4));
  EXPECT_THAT(none.propose({1, 2, 3, 1, 2}, 4), IsEmpty()) << "two tokens may be chance";
  EXPECT_THAT(none.propose({}, 4), IsEmpty());
}

TEST(TokenCorpus, IsTheSameAgainOutOfItsParts) {
  const TokenCorpus corpus({{3, 1, 2, 3, 1, 4}, {3, 1, 2}}, kEnd);
  const TokenCorpus again(corpus.tokens(), corpus.places());
  EXPECT_EQ(again.propose({3, 1}, 5), corpus.propose({3, 1}, 5));
}

}  // namespace
}  // namespace slava
