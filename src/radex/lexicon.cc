#include "radex/lexicon.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "findings/rules.h"
#include "radex/data.h"

namespace slava::radex {
namespace {

constexpr size_t kShortestStem = 5;
// What follows a prefix must be a word of some length, or names fall apart into syllables.
constexpr size_t kShortestRest = 6;

constexpr auto kPrefixes = std::to_array<std::string_view>(
    {"non",    "pre",     "post",    "peri", "para",  "sub",    "supra", "infra",
     "inter",  "intra",   "hyper",   "hypo", "hemi",  "extra",  "trans", "retro",
     "antero", "postero", "multi",   "un",   "micro", "macro",  "neuro", "broncho",
     "cardio", "pleuro",  "thoraco", "over", "under", "pseudo", "poly",  "immuno"});

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

template <typename Take>
void for_each_word(std::string_view text, Take take) {
  for (size_t at = 0; at < text.size();) {
    const size_t begin = text.find_first_not_of(' ', at);
    if (begin == std::string_view::npos) return;
    const size_t end = std::min(text.find(' ', begin), text.size());
    take(text.substr(begin, end - begin));
    at = end;
  }
}

}  // namespace

const Lexicon& Lexicon::built_in() {
  static const Lexicon lexicon;
  return lexicon;
}

Lexicon::Lexicon() {
  for (const std::string_view line : data_lines(kEnglishWords)) english_.insert(line);
  for (const std::string_view line : data_lines(kMedicalWords)) {
    for_each_word(line, [&](std::string_view word) {
      medical_.insert(std::string(word));
      medical_.insert(cat(word, 's'));
    });
  }
  for (const std::string_view line : data_lines(kNameWords)) {
    for_each_word(line, [&](std::string_view word) {
      const bool beside = word.front() == '~';
      if (beside) word.remove_prefix(1);
      names_[word] = beside ? Name::kBeside : Name::kAlways;
    });
  }
  for (const std::string_view rules :
       {findings::kObservationRules, findings::kContextRules, findings::kPlaceRules}) {
    for (size_t at = 0; at < rules.size();) {
      size_t end = at;
      while (end < rules.size() && is_letter(rules[end])) ++end;
      if (end > at) {
        const std::string word(rules.substr(at, end - at));
        const bool stem = end < rules.size() && rules[end] == '*';
        if (stem && word.size() >= kShortestStem) rule_stems_.insert(word);
        rule_words_.insert(word);
      }
      at = end + 1;
    }
  }
}

bool Lexicon::lists(std::string_view word) const {
  if (english_.contains(word) || is_medical(word)) return true;
  const std::string text(word);
  if (rule_words_.contains(text)) return true;
  for (size_t length = kShortestStem; length <= text.size(); ++length) {
    if (rule_stems_.contains(text.substr(0, length))) return true;
  }
  return false;
}

bool Lexicon::knows(std::string_view word) const {
  if (lists(word)) return true;
  return std::any_of(kPrefixes.begin(), kPrefixes.end(), [&](std::string_view prefix) {
    if (!word.starts_with(prefix) || word.size() < prefix.size() + kShortestRest) return false;
    const std::string_view rest = word.substr(prefix.size());
    return lists(rest) && name(rest) == Name::kNone;
  });
}

bool Lexicon::is_medical(std::string_view word) const {
  return medical_.contains(std::string(word));
}

Lexicon::Name Lexicon::name(std::string_view word) const {
  const auto place = names_.find(word);
  return place == names_.end() ? Name::kNone : place->second;
}

}  // namespace slava::radex
