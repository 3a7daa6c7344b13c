// Small text functions that every folder needs: joining, splitting, trimming, and the distance
// behind "did you mean". Text is UTF-8; only ASCII letters change case.
#pragma once

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace slava {

// cat("rows ", 3, " of ", 4) is "rows 3 of 4".
template <typename... Parts>
std::string cat(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return std::move(out).str();
}

std::string join(const std::vector<std::string>& parts, std::string_view separator);
std::vector<std::string> split(std::string_view text, char separator);
std::string_view trim(std::string_view text);
std::string to_lower(std::string_view text);
// The first letter, where it is one of a to z, in upper case.
std::string capitalised(std::string text);

// Replaces every `from` by `to`.
std::string replace_all(std::string text, std::string_view from, std::string_view to);

// Levenshtein distance in bytes.
size_t edit_distance(std::string_view a, std::string_view b);

// The candidate nearest to `word`, or "" when none is near enough to be a slip of the finger.
std::string closest(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace slava
