#include "radex/privacy.h"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <vector>

#include "base/strings.h"
#include "radex/identifiers.h"
#include "radex/lexicon.h"
#include "radex/word_check.h"

namespace slava::radex {
namespace {

bool overlap(Span a, Span b) { return a.begin < b.end && b.begin < a.end; }

bool is_name_byte(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || (static_cast<unsigned char>(c) & 0x80);
}

// The sentences of a text, with its identifiers judged.
class Remover {
 public:
  explicit Remover(std::string_view text) : text_(text), identifiers_(find_identifiers(text)) {}

  PrivacyResult run() {
    for (const Span sentence : sentence_spans(text_, identifier_spans())) read(sentence);
    result_.text = std::string(trim(result_.text));
    judge();
    return std::move(result_);
  }

 private:
  std::vector<Span> identifier_spans() const {
    std::vector<Span> spans;
    for (const Identifier& identifier : identifiers_) spans.push_back(identifier.span);
    return spans;
  }

  // A cut leaves whole words beside it, or the form was only part of something longer.
  bool is_clean_cut(Span span) const {
    const bool before = span.begin == 0 || !is_name_byte(text_[span.begin - 1]);
    const bool after = span.end >= text_.size() || !is_name_byte(text_[span.end]) ||
                       text_.substr(span.end).starts_with("\xEF\xBF\xBD");
    return before && after;
  }

  void read(Span sentence) {
    ++result_.sentences;
    bool drop = false;
    std::string left(text_.substr(sentence.begin, sentence.end - sentence.begin));
    size_t counted = 0;  // up to here; "January" inside "27 January 2020" is one date
    for (const Identifier& identifier : identifiers_) {
      if (!overlap(identifier.span, sentence)) continue;
      if (identifier.span.end > counted) ++result_.removed[std::string(identifier.kind)];
      counted = std::max(counted, identifier.span.end);
      if (!identifier.cut || !is_clean_cut(identifier.span)) drop = true;
      const size_t begin = std::max(identifier.span.begin, sentence.begin) - sentence.begin;
      const size_t end = std::min(identifier.span.end, sentence.end) - sentence.begin;
      std::fill(left.begin() + static_cast<std::ptrdiff_t>(begin),
                left.begin() + static_cast<std::ptrdiff_t>(end), ' ');
    }
    if (!drop) {
      for (const std::string_view kind : denied_kinds(left)) {
        ++result_.removed[std::string(kind)];
        drop = true;
      }
    }
    const size_t bytes = sentence.end - sentence.begin;
    bytes_ += bytes;
    if (drop) {
      ++result_.dropped;
      dropped_bytes_ += bytes;
      return;
    }
    keep(left);
  }

  void keep(const std::string& left) {
    if (!result_.text.empty()) result_.text += ' ';
    bool blank = true;  // no blanks at the beginning, none twice
    for (const char c : left) {
      const bool space = c == ' ' || c == '\t' || c == '\r' || c == '\n';
      if (space && blank) continue;
      result_.text += space ? ' ' : c;
      blank = space;
    }
    while (!result_.text.empty() && result_.text.back() == ' ') result_.text.pop_back();
  }

  void judge() {
    if (result_.dropped == 0) return;
    if (result_.text.empty()) {
      result_.doubt = "nothing_left";
    } else if (dropped_bytes_ * 3 > bytes_ * 2 && result_.dropped > 1) {
      result_.doubt = "most_of_the_text_removed";
    }
  }

  std::string_view text_;
  std::vector<Identifier> identifiers_;
  PrivacyResult result_;
  size_t bytes_ = 0;
  size_t dropped_bytes_ = 0;
};

}  // namespace

PrivacyResult remove_identifiers(std::string_view text) { return Remover(text).run(); }

std::string age_without_identity(std::string_view age) {
  age = trim(age);
  unsigned years = 0;
  const auto [end, error] = std::from_chars(age.data(), age.data() + age.size(), years);
  if (error != std::errc{} || end == age.data()) return "";
  const std::string_view rest = trim(std::string_view(end, age.data() + age.size() - end));
  if (!rest.empty() && rest != "+" && rest != "Y" && rest != "y") return "";
  if (years > 150) return "";
  if (years > 89) return "90+";
  return std::to_string(years);
}

}  // namespace slava::radex
