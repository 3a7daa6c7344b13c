#include "base/strings.h"

#include <gmock/gmock.h>

namespace slava {
namespace {

using testing::ElementsAre;

TEST(Strings, CatWritesPartsOneBehindTheOther) {
  EXPECT_EQ(cat("rows ", 3, " of ", 4.5), "rows 3 of 4.5");
}

TEST(Strings, JoinPutsSeparatorsBetweenOnly) {
  EXPECT_EQ(join({"a", "b", "c"}, ", "), "a, b, c");
  EXPECT_EQ(join({"a"}, ", "), "a");
  EXPECT_EQ(join({}, ", "), "");
}

TEST(Strings, SplitKeepsEmptyParts) {
  EXPECT_THAT(split("a,,b,", ','), ElementsAre("a", "", "b", ""));
  EXPECT_THAT(split("", ','), ElementsAre(""));
}

TEST(Strings, TrimTakesWhiteSpaceFromBothEnds) {
  EXPECT_EQ(trim(" \t two words\r\n"), "two words");
  EXPECT_EQ(trim(" \n "), "");
}

TEST(Strings, ToLowerLeavesOtherThanAsciiLettersAlone) {
  EXPECT_EQ(to_lower("Heart SIZE \xC3\x84"), "heart size \xC3\x84");
}

TEST(Strings, ReplaceAllDoesNotLookIntoWhatItPutIn) {
  EXPECT_EQ(replace_all("a\"b\"", "\"", "\"\""), "a\"\"b\"\"");
  EXPECT_EQ(replace_all("same", "", "x"), "same");
}

TEST(Strings, EditDistanceCountsInsertionsDeletionsAndSubstitutions) {
  EXPECT_EQ(edit_distance("", "abc"), 3u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("report", "report"), 0u);
  EXPECT_EQ(edit_distance("report", "reprot"), 2u);
}

TEST(Strings, ClosestFindsASlipOfTheFinger) {
  const std::vector<std::string> words{"report", "train", "inspect"};
  EXPECT_EQ(closest("reprot", words), "report");
  EXPECT_EQ(closest("inspct", words), "inspect");
}

TEST(Strings, ClosestIsSilentWhenNothingIsNear) {
  EXPECT_EQ(closest("mammography", {"report", "train", "inspect"}), "");
}

}  // namespace
}  // namespace slava
