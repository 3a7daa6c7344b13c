// Takes bytes that claim to be UTF-8; gives valid UTF-8 and its code points.
// Never here: what a code point means (unicode_classes.h).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace slava {

// `text` with each maximal subpart of a broken sequence replaced by U+FFFD, as Python's
// decode(errors="replace") and Rust's from_utf8_lossy do (Unicode 15.0, section 3.9, table 3-8).
std::string replace_broken_utf8(std::string_view text);

// Whole and well-formed: no overlong forms, no surrogates, nothing above U+10FFFF.
bool is_utf8(std::string_view text);

// Bytes of the code point that begins with `lead`, in valid UTF-8.
inline size_t utf8_length(char lead) {
  const auto byte = static_cast<unsigned char>(lead);
  return byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

// The code point at `at` of valid UTF-8.
char32_t code_point_at(std::string_view text, size_t at);

// Where the code point that ends before `end` (greater than 0) begins, in valid UTF-8.
size_t code_point_before(std::string_view text, size_t end);

void append_utf8(std::string& text, char32_t code_point);

}  // namespace slava
