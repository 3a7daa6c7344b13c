#include "radex/word_check.h"

#include <algorithm>
#include <array>
#include <string>

#include "base/strings.h"
#include "radex/lexicon.h"

namespace slava::radex {
namespace {

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_letter(char c) { return is_lower(c) || is_upper(c); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_foreign(char c) { return (static_cast<unsigned char>(c) & 0x80) != 0; }

constexpr auto kAbbreviations = std::to_array<std::string_view>(
    {"dr",   "mr",  "mrs", "ms",  "prof", "st",   "no",   "fig",  "figs", "vs",  "approx",
     "jr",   "sr",  "mt",  "ave", "blvd", "rd",   "dept", "apt",  "inc",  "ltd", "co",
     "corp", "rev", "hon", "e.g", "i.e",  "resp", "esp",  "incl", "assoc"});

// What a person does: behind them a capitalised "Young" is a name.
constexpr auto kDeeds = std::to_array<std::string_view>(
    {"is",        "was",      "has",      "had",       "presented", "presents", "presenting",
     "came",      "went",     "said",     "says",      "reported",  "reports",  "complained",
     "complains", "denied",   "denies",   "admitted",  "attended",  "visited",  "called",
     "felt",      "feels",    "lives",    "lived",     "works",     "worked",   "developed",
     "underwent", "received", "returned", "died",      "recovered", "smokes",   "and",
     "informed",  "suffers",  "suffered", "collapsed", "arrived",   "fell",     "takes",
     "took",      "will",     "would",    "wants",     "asked",     "noticed",  "did"});

// Signs that are no letters of another script.
constexpr auto kSigns = std::to_array<std::string_view>(
    {"°", "µ", "μ", "×", "–", "—",        "’", "‘", "“", "”",           "…",
     "≥", "≤", "±", "·", "•", "\xC2\xA0", "²", "³", "→", "\xEF\xBF\xBD"});

bool ends_sentence(std::string_view text, size_t at) {
  size_t next = at + 1;
  while (next < text.size() && (text[next] == ')' || text[next] == '"')) ++next;
  if (next >= text.size()) return true;
  if (!is_blank(text[next])) return false;
  if (text[at] != '.') return true;
  size_t begin = at;
  while (begin > 0 && (is_letter(text[begin - 1]) || text[begin - 1] == '.')) --begin;
  const std::string_view word = text.substr(begin, at - begin);
  if (word.size() == 1 && is_upper(word[0])) return false;  // "John Q. Smith"
  return std::find(kAbbreviations.begin(), kAbbreviations.end(), to_lower(word)) ==
         kAbbreviations.end();
}

bool inside(size_t at, const std::vector<Span>& spans) {
  return std::any_of(spans.begin(), spans.end(),
                     [&](Span span) { return span.begin <= at && at + 1 < span.end; });
}

// A run of letters with what stands around it.
struct Token {
  std::string_view text;
  std::string lower;   // without a 's
  bool first = false;  // a sentence, a bracket or a colon begins with it
};

class Checker {
 public:
  explicit Checker(std::string_view sentence) : text_(sentence), harmless_(sentence.size(), false) {
    for (const Span span : find_harmless(sentence)) {
      std::fill(harmless_.begin() + static_cast<std::ptrdiff_t>(span.begin),
                harmless_.begin() + static_cast<std::ptrdiff_t>(span.end), true);
    }
    size_t upper = 0;
    size_t letters = 0;
    for (const char c : sentence) {
      upper += is_upper(c) ? 1 : 0;
      letters += is_letter(c) ? 1 : 0;
    }
    shouting_ = letters >= 12 && upper * 10 >= letters * 7;
  }

  std::vector<std::string_view> run() {
    for (size_t at = 0; at < text_.size();) at = read(at);
    return std::move(kinds_);
  }

 private:
  void deny(std::string_view kind) {
    if (std::find(kinds_.begin(), kinds_.end(), kind) == kinds_.end()) kinds_.push_back(kind);
  }

  // Reads what stands at `at` and gives the place behind it.
  size_t read(size_t at) {
    const char c = text_[at];
    if (harmless_[at]) {
      // What a harmless term is part of is judged as a whole: "APX" is not "AP".
      if (is_letter(c) || is_digit(c)) first_ = false;
      previous_name_ = false;
      return at + 1;
    }
    if (is_letter(c)) return read_word(at);
    if (is_digit(c)) return read_number(at);
    if (is_foreign(c)) return read_sign(at);
    if (c == ':' || c == '(' || c == '[' || c == '"' || c == ';' || c == '.' || c == '!' ||
        c == '?') {
      first_ = true;
    } else if (c == '-' && (at == 0 || is_blank(text_[at - 1]))) {
      first_ = true;
    } else if (c == '@' || c == '#' || c == '_' || c == '\\' || c == '$' || c == '|' || c == '~') {
      deny("symbol");
    }
    return at + 1;
  }

  size_t read_sign(size_t at) {
    for (const std::string_view sign : kSigns) {
      if (text_.substr(at).starts_with(sign)) return at + sign.size();
    }
    deny("foreign_script");
    return at + 1;
  }

  size_t read_number(size_t at) {
    size_t end = at;
    bool letters = false;
    while (end < text_.size() && (is_digit(text_[end]) || is_letter(text_[end]))) {
      letters = letters || is_letter(text_[end]);
      ++end;
    }
    const char before = at > 0 ? text_[at - 1] : ' ';
    const char after = end < text_.size() ? text_[end] : ' ';
    const bool alone = (is_blank(before) || before == '(') &&
                       (is_blank(after) || after == ')' || after == ',' || after == '.' ||
                        after == ':' || after == ';') &&
                       !(after == '.' && end + 1 < text_.size() && is_digit(text_[end + 1]));
    // One or two digits alone count something; more may be a number of somebody.
    if (letters || end - at > 2 || !alone) deny("other_number");
    first_ = false;
    previous_name_ = false;
    return end;
  }

  size_t read_word(size_t at) {
    size_t end = at;
    while (end < text_.size() &&
           (is_letter(text_[end]) ||
            (text_[end] == '\'' && end + 1 < text_.size() && is_letter(text_[end + 1])))) {
      ++end;
    }
    if ((end < text_.size() && is_digit(text_[end])) || (at > 0 && is_digit(text_[at - 1]))) {
      deny("other_number");
    }
    Token token{text_.substr(at, end - at), "", first_};
    token.lower = to_lower(token.text);
    if (token.lower.ends_with("'s")) token.lower.resize(token.lower.size() - 2);
    judge(token, end);
    first_ = false;
    return end;
  }

  void judge(const Token& token, size_t end) {
    const Lexicon& lexicon = Lexicon::built_in();
    const std::string_view text = token.text;
    const size_t upper = static_cast<size_t>(std::count_if(text.begin(), text.end(), is_upper));
    const Lexicon::Name name = lexicon.name(token.lower);
    const bool name_before = previous_name_;
    previous_name_ = name == Lexicon::Name::kAlways;
    if (text.size() == 1) {
      if (upper == 1 && !token.first && end < text_.size() && text_[end] == '.') deny("name");
      return;
    }
    const bool known = lexicon.knows(token.lower);
    if (upper == 0) {
      if (!known) deny("unknown_word");
      // "mark grant" is nobody's phrase.
      if (name_before && name != Lexicon::Name::kNone) deny("name");
    } else if (upper == 1 && is_upper(text[0])) {
      const bool plain = token.first
                             ? known && (name == Lexicon::Name::kNone ||
                                         (name == Lexicon::Name::kBeside && !begins_a_deed(end)))
                             : lexicon.is_medical(token.lower) && name == Lexicon::Name::kNone;
      if (!plain) deny(known && !token.first ? "capitalised_word" : "name");
    } else if (upper == text.size()) {
      const bool heading = token.first && end < text_.size() && text_[end] == ':';
      const bool plain = (shouting_ || heading) && known && name == Lexicon::Name::kNone;
      if (!plain) deny("abbreviation");
    } else {
      deny("name");
    }
  }

  // Nothing follows in the sentence, or what a person does.
  bool begins_a_deed(size_t end) const {
    while (end < text_.size() && !is_letter(text_[end]) && !is_digit(text_[end])) ++end;
    size_t next = end;
    while (next < text_.size() && is_letter(text_[next])) ++next;
    if (next == end) return end >= text_.size();
    return std::find(kDeeds.begin(), kDeeds.end(), text_.substr(end, next - end)) != kDeeds.end();
  }

  std::string_view text_;
  std::vector<bool> harmless_;
  std::vector<std::string_view> kinds_;
  bool first_ = true;
  bool shouting_ = false;
  bool previous_name_ = false;
};

}  // namespace

std::vector<Span> sentence_spans(std::string_view text, const std::vector<Span>& whole) {
  std::vector<Span> spans;
  size_t begin = 0;
  const auto close = [&](size_t end) {
    size_t from = begin;
    while (from < end && is_blank(text[from])) ++from;
    if (from < end) spans.push_back({from, end});
    begin = end;
  };
  for (size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    const bool stop = c == '\n' || ((c == '.' || c == '!' || c == '?') && ends_sentence(text, at));
    if (stop && !inside(at, whole)) close(at + 1);
  }
  close(text.size());
  return spans;
}

std::vector<std::string_view> denied_kinds(std::string_view sentence) {
  return Checker(sentence).run();
}

}  // namespace slava::radex
