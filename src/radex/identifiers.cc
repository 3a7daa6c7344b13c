#include "radex/identifiers.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <memory>

#include "base/check.h"
#include "base/strings.h"
#include "radex/data.h"
#include "radex/lexicon.h"

namespace slava::radex {
namespace {

struct Pattern {
  std::string_view kind;
  bool cut = false;
  std::unique_ptr<RE2> expression;
};

std::unique_ptr<RE2> compile(std::string_view pattern) {
  auto expression =
      std::make_unique<RE2>(re2::StringPiece(pattern.data(), pattern.size()), RE2::Quiet);
  if (!expression->ok()) {
    check_failed(__FILE__, __LINE__, cat("the pattern ", pattern, ": ", expression->error()));
  }
  return expression;
}

std::vector<Pattern> read_patterns() {
  std::vector<Pattern> patterns;
  for (const std::string_view line : data_lines(kIdentifiers)) {
    const size_t first = line.find('\t');
    const size_t second = line.find('\t', first + 1);
    SLAVA_CHECK(second != std::string_view::npos);
    const std::string_view action = line.substr(first + 1, second - first - 1);
    SLAVA_CHECK(action == "cut" || action == "drop");
    patterns.push_back({line.substr(0, first), action == "cut", compile(line.substr(second + 1))});
  }
  return patterns;
}

const std::vector<Pattern>& patterns() {
  static const std::vector<Pattern> all = read_patterns();
  return all;
}

std::vector<std::unique_ptr<RE2>> read_harmless() {
  std::vector<std::unique_ptr<RE2>> all;
  for (const std::string_view line : data_lines(kAllowedNumbers)) all.push_back(compile(line));
  std::vector<std::string> terms;
  for (const std::string_view line : data_lines(kProperTerms)) {
    // A line with a lower-case word, or of two words, is one term; a line of abbreviations is many.
    const std::vector<std::string> words = split(line, ' ');
    const bool term = words.size() < 4;
    if (term) {
      terms.emplace_back(line);
    } else {
      terms.insert(terms.end(), words.begin(), words.end());
    }
  }
  std::sort(terms.begin(), terms.end(), [](const std::string& a, const std::string& b) {
    return a.size() != b.size() ? a.size() > b.size() : a < b;
  });
  std::vector<std::string> alternatives;
  for (const std::string& term : terms) {
    alternatives.push_back(replace_all(RE2::QuoteMeta(term), "\\ ", "[ -]"));
  }
  all.push_back(compile(cat("\\b(?:", join(alternatives, "|"), ")\\b")));
  return all;
}

template <typename Take>
void for_each_match(const RE2& expression, std::string_view text, Take take) {
  const re2::StringPiece input(text.data(), text.size());
  re2::StringPiece match;
  size_t at = 0;
  while (at <= text.size() &&
         expression.Match(input, at, text.size(), RE2::UNANCHORED, &match, 1)) {
    const size_t begin = static_cast<size_t>(match.data() - text.data());
    if (match.empty()) {
      at = begin + 1;
      continue;
    }
    take(Span{begin, begin + match.size()});
    at = begin + match.size();
  }
}

// "Smith" in "Smith-2.png": capitalised, and a word of no list.
bool capitalised_stranger(std::string_view name) {
  constexpr size_t kShortest = 4;
  const auto is_lower = [](char c) { return c >= 'a' && c <= 'z'; };
  const auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  for (size_t at = 0; at < name.size(); ++at) {
    if (!is_upper(name[at])) continue;
    size_t end = at + 1;
    while (end < name.size() && is_lower(name[end])) ++end;
    const std::string word = to_lower(name.substr(at, end - at));
    const bool alone = end >= name.size() || !is_upper(name[end]);
    const Lexicon& lexicon = Lexicon::built_in();
    const bool stranger = !lexicon.knows(word) || lexicon.name(word) == Lexicon::Name::kAlways;
    if (word.size() >= kShortest && alone && stranger) return true;
  }
  return false;
}

}  // namespace

std::vector<Identifier> find_identifiers(std::string_view text) {
  std::vector<Identifier> found;
  for (const Pattern& pattern : patterns()) {
    for_each_match(*pattern.expression, text, [&](Span span) {
      found.push_back({span, pattern.kind, pattern.cut});
    });
  }
  std::stable_sort(found.begin(), found.end(), [](const Identifier& a, const Identifier& b) {
    return a.span.begin != b.span.begin ? a.span.begin < b.span.begin : a.span.end > b.span.end;
  });
  return found;
}

std::vector<Span> find_harmless(std::string_view text) {
  static const std::vector<std::unique_ptr<RE2>> all = read_harmless();
  std::vector<Span> found;
  for (const auto& expression : all) {
    for_each_match(*expression, text, [&](Span span) { found.push_back(span); });
  }
  return found;
}

std::string_view identifier_in_name(std::string_view name) {
  constexpr auto kKinds = std::to_array<std::string_view>(
      {"email", "social_security", "my_number", "account", "phone", "name", "record_number",
       "health_plan", "vehicle", "era_date", "organisation", "geographic"});
  for (const Identifier& identifier : find_identifiers(name)) {
    const std::string_view text =
        name.substr(identifier.span.begin, identifier.span.end - identifier.span.begin);
    // Names of files are full of groups of digits; only a number in one piece is taken for
    // somebody's.
    const bool number = identifier.kind == "my_number" || identifier.kind == "account";
    static const RE2 phone("\\+.*|\\(?\\d{3}\\)?[ .-]\\d{3}[ .-]\\d{4}|0[5789]0-\\d{4}-\\d{4}");
    const bool no_phone = identifier.kind == "phone" &&
                          !RE2::FullMatch(re2::StringPiece(text.data(), text.size()), phone);
    const bool weak = no_phone ||
                      (number && text.find_first_not_of("0123456789") != std::string_view::npos) ||
                      (identifier.kind == "geographic" && name.find(' ') == std::string_view::npos);
    if (!weak && std::find(kKinds.begin(), kKinds.end(), identifier.kind) != kKinds.end()) {
      return identifier.kind;
    }
  }
  return capitalised_stranger(name) ? "name" : "";
}

}  // namespace slava::radex
