// What the splitting of text takes each code point for, against the reference's tables
// (scripts/make_tokenizer_golden.py).
#include "tokenizer/unicode_classes.h"

#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "tokenizer/golden_strings.h"
#include "tokenizer/pattern_splitter.h"
#include "tokenizer/pre_tokenizer.h"

namespace slava {
namespace {

using nlohmann::json;

// Runs `visit` on every code point but surrogates.
void for_each_code_point(const std::function<void(char32_t)>& visit) {
  for (char32_t c = 0; c < 0x110000; ++c) {
    if (c < 0xD800 || c >= 0xE000) visit(c);
  }
}

// One byte a code point: whether the pattern, which takes one character, matches it.
std::string matches(const std::string& pattern) {
  std::string text;
  for_each_code_point([&](char32_t c) { append_utf8(text, c); });
  const auto splitter = PatternSplitter::of_foreign_regex(pattern);
  EXPECT_TRUE(splitter) << splitter.error();
  std::string found;
  for (const auto& part : splitter->split(text)) {
    for (size_t at = part.begin; at < part.end; at += utf8_length(text[at])) {
      found += part.is_match ? '\1' : '\0';
    }
  }
  return found;
}

std::string pattern_of(const std::string& name) {
  if (name == "s without case") return "(?i:s)";
  if (name == "k without case") return "(?i:k)";
  return name[0] == '\\' ? name : cat("\\p{", name, "}");
}

TEST(UnicodeClasses, EveryCodePointIsInTheClassesThatTheReferenceSays) {
  const auto text = read_file(SLAVA_SOURCE_DIR "/tests/golden/tokenizer/unicode.json");
  ASSERT_TRUE(text) << text.error();
  const json golden = json::parse(*text);
  ASSERT_GE(golden.size(), 36u);
  for (const auto& [name, expected] : golden.items()) {
    std::string found;
    if (name == "word") {
      for_each_code_point([&](char32_t c) { found += is_word(c) ? '\1' : '\0'; });
    } else if (name == "digit") {
      // Digits are pieces of their own; what lies between them is "x", code point, "x", ..., "x".
      std::string text = "x";
      for_each_code_point([&](char32_t c) {
        append_utf8(text, c);
        text += 'x';
      });
      const auto digits =
          PreTokenizer::parse({{"type", "Digits"}, {"individual_digits", true}}, "");
      for (const std::string& piece : digits->split(text, true)) {
        if (piece.find('x') == std::string::npos) {
          found += '\1';
          continue;
        }
        size_t code_points = 0;
        for (size_t at = 0; at < piece.size(); at += utf8_length(piece[at])) ++code_points;
        found.append((code_points - 1) / 2, '\0');
      }
    } else {
      found = matches(pattern_of(name));
    }
    EXPECT_EQ(golden_hash(found), expected) << name;
  }
}

TEST(UnicodeClasses, StandInsKeepEveryOffset) {
  for_each_code_point([](char32_t c) {
    std::string text;
    append_utf8(text, c);
    ASSERT_EQ(with_stand_ins(text).size(), text.size()) << static_cast<uint32_t>(c);
  });
}

TEST(UnicodeClasses, WhiteSpaceIsThePatternsWhiteSpace) {
  const std::string white_space = matches("\\s");
  size_t index = 0;
  for_each_code_point([&](char32_t c) {
    ASSERT_EQ(is_white_space(c), white_space[index++] == '\1') << static_cast<uint32_t>(c);
  });
  EXPECT_TRUE(is_python_white_space(0x1C));
  EXPECT_FALSE(is_white_space(0x1C));
}

}  // namespace
}  // namespace slava
