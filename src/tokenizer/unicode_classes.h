// Takes code points and text; says what the reference's Unicode tables say of them, whatever
// version the regular expression library here was built with. Never here: the tables themselves
// (unicode_differences.h).
#pragma once

#include <string>
#include <string_view>

namespace slava {

// The property White_Space, which Rust's and Oniguruma's \s are.
bool is_white_space(char32_t code_point);

// What Python's str.strip() takes away: white space and the four separators U+001C to U+001F.
bool is_python_white_space(char32_t code_point);

// \w of the reference (Rust's regex crate).
bool is_word(char32_t code_point);

// `text` (valid UTF-8) for the eyes of the regular expression library: each code point that its
// tables class differently is replaced by one of the right category and the same number of bytes,
// so that offsets hold.
std::string with_stand_ins(std::string_view text);

// True when a code point from `first` to `last` is replaced, or is a replacement: a pattern that
// names it literally would match the wrong one.
bool touches_stand_in(char32_t first, char32_t last);

}  // namespace slava
