#include "tokenizer/pattern_syntax.h"

#include <gtest/gtest.h>

#include <string>

#include "tokenizer/pattern_splitter.h"

namespace slava {
namespace {

TEST(PatternSyntax, PublishedPatternsAreTaken) {
  for (const char* pattern : {
           "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
           "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}",
           "'(?i:[sdmt]|ll|ve|re)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\s*[\\r\\n]",
           "[\\p{Ll}\\p{M}]+(?i:'s|'t)?|\\s*[\\r\\n]+",
           "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+",
       }) {
    const auto checked = check_split_pattern(pattern);
    EXPECT_TRUE(checked) << checked.error();
  }
}

TEST(PatternSyntax, WhatTheTwoLibrariesReadDifferentlyIsRefused) {
  for (const char* pattern :
       {"a.b",     "^a",          "a$",     "\\w+",     "\\b",        "\\h",         "\\v",
        "\\x41",   "\\u0041",     "\\1",    "[a[bc]]",  "[a&&b]",     "[[:alpha:]]", "[]a]",
        "[^]",     "\\p{^L}",     "\\pL",   "\\p{Han}", "\\p{Greek}", "a??",         "a+?",
        "a{2}?",   "a{1,3}+",     "a{,3}",  "a{x}",     "a{3,1}",     "{",           "a}",
        "(?<=a)b", "(?>a)",       "(?m:.)", "(?#x)",    "(?P<n>a)",   "(*UTF)a",     "(?i:ss)",
        "(?i:fi)", "(?i:\u00E9)", "+a",     "a|*",      "(a",         "a)",          "[a",
        "[z-a]",   "[\\s-z]",     "\\",     ""}) {
    EXPECT_FALSE(check_split_pattern(pattern)) << pattern;
  }
}

TEST(PatternSyntax, WhatCanTakeExponentialTimeIsRefused) {
  for (const char* pattern : {"(a+)+b", "(?:a|a)*b", "(a*){2,9}", "(?=a)+"}) {
    EXPECT_FALSE(check_split_pattern(pattern)) << pattern;
  }
  EXPECT_FALSE(check_split_pattern(std::string(5000, 'a')));
  EXPECT_FALSE(check_split_pattern(std::string(100, '(') + "a" + std::string(100, ')')));
}

TEST(PatternSyntax, APatternThatNamesACharacterWithAStandInIsRefused) {
  EXPECT_FALSE(check_split_pattern("\U00010D40"));           // new in Unicode 16
  EXPECT_FALSE(check_split_pattern("[\u4E00-\U0010FFFF]"));  // a range that holds it
  EXPECT_TRUE(check_split_pattern("[\u4E00-\u9FA5\u3040-\u30FF]+"));
}

TEST(PatternSyntax, TheMessageNamesPlaceAndPattern) {
  const auto checked = check_split_pattern("ab\\w+");
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().message.find("\\w at byte 2 of the pattern ab\\w+"), std::string::npos)
      << checked.error();
}

TEST(PatternSplitter, APatternThatMatchesTheEmptyTextIsRefused) {
  for (const char* pattern : {"a*", "(?=a)", "a?", "a|b?"}) {
    EXPECT_FALSE(PatternSplitter::of_foreign_regex(pattern)) << pattern;
  }
}

}  // namespace
}  // namespace slava
