#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strings.h"
#include "report/clean_text.h"
#include "report/report.h"

namespace slava {
namespace {

// A full stop behind one of these never ends a sentence.
constexpr std::array<std::string_view, 16> kAbbreviations = {
    "dr",     "drs", "mr", "mrs", "ms",  "prof", "st",   "vs",
    "approx", "ca",  "cf", "e.g", "i.e", "fig",  "figs", "resp"};

// "5 cm. in diameter": behind a unit these words go on with the sentence.
constexpr std::array<std::string_view, 11> kUnits = {"mm", "cm", "m",   "ml", "cc", "in",
                                                     "kg", "g",  "deg", "hr", "min"};
constexpr std::array<std::string_view, 10> kBehindUnit = {
    "x", "by", "in", "from", "above", "below", "long", "wide", "thick", "diameter"};

template <size_t kCount>
bool has(const std::array<std::string_view, kCount>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_lower(c) || is_upper(c); }
bool is_terminator(char c) { return c == '.' || c == '!' || c == '?'; }
bool is_closer(char c) { return c == ')' || c == ']' || c == '"' || c == '\''; }
bool is_number(std::string_view word) {
  return !word.empty() && std::all_of(word.begin(), word.end(), is_digit);
}

std::vector<std::string_view> words_of(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\f\v";
  std::vector<std::string_view> words;
  while (true) {
    const size_t begin = text.find_first_not_of(kSpace);
    if (begin == std::string_view::npos) return words;
    const size_t end = std::min(text.find_first_of(kSpace, begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    text.remove_prefix(end);
  }
}

// "p.a", "a.m": single letters with a full stop between each two.
bool is_dotted(std::string_view word) {
  if (word.size() < 3 || word.size() % 2 == 0) return false;
  for (size_t i = 0; i < word.size(); ++i) {
    if (i % 2 == 0 ? !is_letter(word[i]) : word[i] != '.') return false;
  }
  return true;
}

std::string_view without_openers(std::string_view word) {
  while (!word.empty() && (word.front() == '(' || word.front() == '[' || word.front() == '"' ||
                           word.front() == '\'')) {
    word.remove_prefix(1);
  }
  return word;
}

// "2." or "2)".
bool is_list_number(std::string_view word) {
  if (word.size() < 2 || word.size() > 3) return false;
  if (word.back() != '.' && word.back() != ')') return false;
  return is_number(word.substr(0, word.size() - 1));
}

bool begins_with_letter(std::string_view word) {
  word = without_openers(word);
  return !word.empty() && is_letter(word.front());
}

bool is_abbreviation(std::string_view stem) {
  return has(kAbbreviations, to_lower(without_openers(stem)));
}

// Whether a sentence ends with `word`, which stands between `before` and `after` (either may be
// empty: the text begins or ends there).
bool ends_sentence(std::string_view before, std::string_view word, std::string_view after) {
  std::string_view stem = word;
  while (!stem.empty() && is_closer(stem.back())) stem.remove_suffix(1);
  const bool closed = stem.size() < word.size();
  const size_t with_terminators = stem.size();
  while (!stem.empty() && is_terminator(stem.back())) stem.remove_suffix(1);
  const size_t terminators = with_terminators - stem.size();
  if (terminators == 0) return false;
  if (after.empty()) return true;
  const bool goes_on_small = is_lower(after.front());
  const bool one_full_stop = terminators == 1 && word[stem.size()] == '.';
  if (!one_full_stop) return !(goes_on_small && word.substr(stem.size(), 2) == "..");
  if (is_abbreviation(stem)) return false;
  if (closed) return true;

  const std::string lower = to_lower(without_openers(stem));
  if (is_dotted(lower)) return !goes_on_small;
  // "No. 3", but "No. The ..."; "1. 5 cm" is a number that was torn apart.
  if (is_digit(after.front()) && !is_list_number(after)) {
    if (lower == "no" || (!stem.empty() && is_digit(stem.back()))) return false;
  }
  // "Dr. J. Smith": an initial between a title and a name.
  if (stem.size() == 1 && is_upper(stem.front()) && before.size() > 1 && before.back() == '.') {
    const std::string_view title = before.substr(0, before.size() - 1);
    if (is_abbreviation(title) || (title.size() == 1 && is_upper(title.front()))) return false;
  }
  const bool behind_number = !before.empty() && is_digit(before.back());
  const size_t digits = std::min(lower.find_first_not_of("0123456789.,"), lower.size());
  const std::string unit = lower.substr(digits);
  if ((behind_number || digits > 0) && has(kUnits, unit)) {
    std::string_view next = after;
    while (!next.empty() && !is_letter(next.back())) next.remove_suffix(1);
    return !has(kBehindUnit, next);
  }
  return true;
}

void name_repeated(const std::vector<Sentence>& sentences, std::vector<std::string>& repeated) {
  for (size_t i = 0; i < sentences.size(); ++i) {
    const auto same = [&](const Sentence& other) { return other.text == sentences[i].text; };
    const auto here = sentences.begin() + static_cast<std::ptrdiff_t>(i);
    if (std::none_of(sentences.begin(), here, same) &&
        std::any_of(here + 1, sentences.end(), same)) {
      repeated.push_back("\"" + sentences[i].text + "\"");
    }
  }
}

}  // namespace

std::vector<Sentence> split_sentences(const std::string& text) {
  const std::vector<std::string_view> words = words_of(text);
  const auto word_at = [&](size_t i) { return i < words.size() ? words[i] : std::string_view(); };
  std::vector<Sentence> sentences;
  std::string sentence;
  std::string_view before;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string_view word = words[i];
    const std::string_view after = word_at(i + 1);
    if (sentence.empty() && is_list_number(word) && begins_with_letter(after)) continue;
    if (!sentence.empty()) sentence += ' ';
    sentence += word;
    if (ends_sentence(before, word, after)) {
      sentences.push_back({std::move(sentence)});
      sentence.clear();
      before = {};
    } else {
      before = word;
    }
  }
  if (!sentence.empty()) sentences.push_back({std::move(sentence)});
  return sentences;
}

std::vector<Sentence> sentences_of_model_text(const std::string& model_text) {
  return split_sentences(clean_text(model_text));
}

std::string repetition_remark(const Report& report) {
  std::vector<std::string> repeated;
  name_repeated(report.findings, repeated);
  name_repeated(report.impression, repeated);
  if (repeated.empty()) return {};
  return cat("The model wrote a sentence more than once: ", join(repeated, ", "));
}

}  // namespace slava
