#include "findings/words.h"

#include <algorithm>
#include <array>

#include "base/strings.h"

namespace slava::findings {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_word_byte(char c) { return is_letter(c) || is_digit(c) || c == '_'; }
bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// Words whose full stop ends no sentence.
constexpr std::array<std::string_view, 8> kAbbreviations = {"vs", "dr", "approx", "e",
                                                            "g",  "i",  "a",      "p"};

// A longer one is cut: rules compare the words of a sentence with each other.
constexpr size_t kLongestSentence = 256;

class Reader {
 public:
  Reader(ReportSection section, const std::vector<Heading>& headings, WordList& list)
      : headings_(headings), list_(list), text_(list.lower), section_(section) {}

  void read() {
    size_t at = 0;
    while (at < text_.size()) {
      const char c = text_[at];
      if (is_word_byte(c)) {
        at = read_word(at);
      } else {
        read_mark(at);
        ++at;
      }
    }
    end_sentence();
  }

 private:
  size_t read_word(size_t at) {
    size_t end = at;
    while (end < text_.size() && is_word_byte(text_[end])) ++end;
    // "patient's" and "don't" are one word.
    if (end + 1 < text_.size() && text_[end] == '\'' && is_letter(text_[end + 1])) {
      ++end;
      while (end < text_.size() && is_word_byte(text_[end])) ++end;
    }
    add(at, end, WordKind::kWord);
    return end;
  }

  void read_mark(size_t at) {
    const char before = at > 0 ? text_[at - 1] : ' ';
    const char after = at + 1 < text_.size() ? text_[at + 1] : ' ';
    switch (text_[at]) {
      case '.':
        read_full_stop(before, after);
        break;
      case '!':
        end_sentence();
        break;
      case '?':
        // "?pneumonia" asks; the mark is a cue of its own.
        if (is_letter(after) && !is_word_byte(before)) {
          add(at, at + 1, WordKind::kOther);
        } else {
          end_sentence();
        }
        break;
      case '\n':
        if (after == '\n' || after == '\r' || begins_item(at + 1)) end_sentence();
        break;
      case ':':
        if (!read_heading()) add(at, at + 1, WordKind::kOther);
        break;
      case ',':
        add(at, at + 1, WordKind::kComma);
        break;
      case '/':
        add(at, at + 1, WordKind::kSlash);
        break;
      case ';':
      case '(':
      case ')':
        add(at, at + 1, WordKind::kOther);
        break;
      default:
        break;
    }
  }

  void read_full_stop(char before, char after) {
    if (is_digit(before) && is_digit(after)) return;  // 1.5 cm
    if (list_.words.size() > first_) {
      const Word& last = list_.words.back();
      const bool only = list_.words.size() == first_ + 1;
      if (only && is_digit(last.text.front())) {  // "1." of a list
        list_.words.pop_back();
        return;
      }
      if (!is_space(after) && after != '.' && last.text.size() == 1) return;  // "e.g."
      if (std::find(kAbbreviations.begin(), kAbbreviations.end(), last.text) !=
              kAbbreviations.end() &&
          last.text.size() > 1) {
        return;
      }
    }
    end_sentence();
  }

  // A line that begins with a bullet, or with a number and a full stop or bracket, or with a
  // heading.
  bool begins_item(size_t at) const {
    while (at < text_.size() && (text_[at] == ' ' || text_[at] == '\t')) ++at;
    if (at >= text_.size()) return true;
    if (text_[at] == '-' || text_[at] == '*') return true;
    size_t digits = at;
    while (digits < text_.size() && is_digit(text_[digits])) ++digits;
    if (digits > at && digits < text_.size()) {
      return text_[digits] == '.' || text_[digits] == ')';
    }
    return std::any_of(headings_.begin(), headings_.end(), [&](const Heading& heading) {
      size_t place = at;
      for (const std::string& word : heading.words) {
        while (place < text_.size() && text_[place] == ' ') ++place;
        if (text_.substr(place, word.size()) != word) return false;
        place += word.size();
      }
      return place < text_.size() && text_[place] == ':';
    });
  }

  // The words of the sentence so far are a heading: they set the section and are no words of it.
  bool read_heading() {
    const size_t count = list_.words.size() - first_;
    for (const Heading& heading : headings_) {
      if (heading.words.size() != count) continue;
      const bool same = std::equal(heading.words.begin(), heading.words.end(),
                                   list_.words.begin() + static_cast<std::ptrdiff_t>(first_),
                                   [](const std::string& a, const Word& b) { return a == b.text; });
      if (!same) continue;
      list_.words.resize(first_);
      section_ = heading.section;
      return true;
    }
    return false;
  }

  void add(size_t begin, size_t end, WordKind kind) {
    if (list_.words.size() - first_ >= kLongestSentence) end_sentence();
    list_.words.push_back({text_.substr(begin, end - begin), begin, end, kind});
  }

  void end_sentence() {
    if (list_.words.size() > first_) {
      list_.sentences.push_back({first_, list_.words.size(), section_});
    }
    first_ = list_.words.size();
  }

  const std::vector<Heading>& headings_;
  WordList& list_;
  std::string_view text_;
  ReportSection section_;
  size_t first_ = 0;  // first word of the sentence being read
};

}  // namespace

void read_words(std::string_view text, ReportSection section, const std::vector<Heading>& headings,
                WordList& list) {
  list.lower = to_lower(text);
  list.words.clear();
  list.sentences.clear();
  list.words.reserve(text.size() / 6 + 1);
  Reader(section, headings, list).read();
}

}  // namespace slava::findings
