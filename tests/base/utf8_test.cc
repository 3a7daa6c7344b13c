#include "base/utf8.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

TEST(Utf8, IsToldFromOtherBytes) {
  EXPECT_TRUE(is_utf8(""));
  EXPECT_TRUE(is_utf8("é心🫀"));
  EXPECT_FALSE(is_utf8("a\xE9z"));
  EXPECT_FALSE(is_utf8("\xC0\x80"));      // overlong
  EXPECT_FALSE(is_utf8("\xED\xA0\x80"));  // surrogate
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));
}

// Expected strings: bytes.decode(errors="replace") of Python 3.11.
TEST(Utf8, BrokenSequencesAreReplacedByMaximalSubparts) {
  const std::string r = "\xEF\xBF\xBD";
  EXPECT_EQ(replace_broken_utf8("good é"), "good é");
  EXPECT_EQ(replace_broken_utf8("a\xE2\x82z"), "a" + r + "z");
  EXPECT_EQ(replace_broken_utf8("\xF0\x9F\xAB"), r);
  EXPECT_EQ(replace_broken_utf8("\xED\xA0\x80"), r + r + r);
  EXPECT_EQ(replace_broken_utf8("\xC0\xAF"), r + r);
  EXPECT_EQ(replace_broken_utf8("\xF5z"), r + "z");
}

TEST(Utf8, CodePointsAreReadForwardsAndBackwards) {
  const std::string text = "a心🫀";
  EXPECT_EQ(code_point_at(text, 1), U'心');
  EXPECT_EQ(code_point_at(text, 4), U'🫀');
  EXPECT_EQ(code_point_before(text, text.size()), 4U);
  EXPECT_EQ(code_point_before(text, 4), 1U);
  std::string out;
  for (const char32_t c : {U'a', U'心', U'🫀'}) append_utf8(out, c);
  EXPECT_EQ(out, text);
  EXPECT_EQ(utf8_length(text[4]), 4U);
}

}  // namespace
}  // namespace slava
