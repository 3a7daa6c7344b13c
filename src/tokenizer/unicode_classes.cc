#include "tokenizer/unicode_classes.h"

#include <algorithm>

#include "base/check.h"
#include "base/utf8.h"
#include "tokenizer/regular_expression.h"
#include "tokenizer/unicode_differences.h"

namespace slava {
namespace {

// The difference that holds `code_point`, or nullptr.
const UnicodeDifference* difference_of(char32_t code_point) {
  const auto& differences = unicode_differences();
  const auto after = std::upper_bound(
      differences.begin(), differences.end(), code_point,
      [](char32_t value, const UnicodeDifference& range) { return value < range.first; });
  if (after == differences.begin()) return nullptr;
  const UnicodeDifference& range = *(after - 1);
  return code_point <= range.last ? &range : nullptr;
}

}  // namespace

bool is_white_space(char32_t c) {
  return (c >= 0x09 && c <= 0x0D) || c == 0x20 || c == 0x85 || c == 0xA0 || c == 0x1680 ||
         (c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F || c == 0x205F ||
         c == 0x3000;
}

bool is_python_white_space(char32_t c) { return is_white_space(c) || (c >= 0x1C && c <= 0x1F); }

bool is_word(char32_t code_point) {
  static const auto word =
      RegularExpression::compile("[\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}\\p{Join_Control}]");
  SLAVA_CHECK(word.has_value());
  const UnicodeDifference* difference = difference_of(code_point);
  std::string character;
  append_utf8(character, difference == nullptr ? code_point : difference->stand_in);
  return RegularExpression::Search(*word, character).next(0).has_value();
}

std::string with_stand_ins(std::string_view text) {
  std::string seen(text);
  for (size_t at = 0; at < seen.size(); at += utf8_length(seen[at])) {
    // No difference is in the code points of one or two bytes.
    if (utf8_length(seen[at]) < 3) continue;
    const UnicodeDifference* difference = difference_of(code_point_at(seen, at));
    if (difference == nullptr) continue;
    std::string character;
    append_utf8(character, difference->stand_in);
    seen.replace(at, character.size(), character);
  }
  return seen;
}

bool touches_stand_in(char32_t first, char32_t last) {
  return std::any_of(unicode_differences().begin(), unicode_differences().end(),
                     [&](const UnicodeDifference& range) {
                       return (first <= range.last && range.first <= last) ||
                              (first <= range.stand_in && range.stand_in <= last);
                     });
}

}  // namespace slava
