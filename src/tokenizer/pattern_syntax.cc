#include "tokenizer/pattern_syntax.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>
#include <vector>

#include "base/strings.h"
#include "base/utf8.h"
#include "tokenizer/unicode_classes.h"

namespace slava {
namespace {

constexpr size_t kMaxPatternBytes = 4096;
constexpr size_t kMaxGroupDepth = 20;
constexpr int kMaxRepeat = 1000;

constexpr std::array<std::string_view, 36> kCategories = {
    "L",  "Lu", "Ll", "Lt", "Lm", "Lo", "M",  "Mn", "Mc", "Me", "N",  "Nd",
    "Nl", "No", "P",  "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S",  "Sm",
    "Sc", "Sk", "So", "Z",  "Zs", "Zl", "Zp", "C",  "Cc", "Cf", "Co", "Cn"};

// Letters that, one after the other, are also one letter to a reader that folds case.
constexpr std::array<std::string_view, 5> kLigatures = {"ff", "fi", "fl", "ss", "st"};

class Checker {
 public:
  explicit Checker(std::string_view pattern) : pattern_(pattern) {}

  Status run() {
    if (pattern_.size() > kMaxPatternBytes) {
      return fail(ErrorKind::kModel, cat("expected a pattern of at most ", kMaxPatternBytes,
                                         " bytes, found ", pattern_.size()));
    }
    if (pattern_.empty() || !is_utf8(pattern_)) return found("an empty or broken pattern");
    groups_.push_back({});
    while (at_ < pattern_.size()) SLAVA_TRY_STATUS(item());
    if (groups_.size() != 1) return found("a group that is not closed");
    return {};
  }

 private:
  struct Group {
    bool fold_case = false;
    bool look_ahead = false;
  };
  enum class Item { kCharacter, kGroup, kNone };

  tl::unexpected<Error> found(std::string_view what) const {
    return fail(ErrorKind::kModel,
                cat("expected what this program and Oniguruma read alike, found ", what,
                    " at byte ", at_, " of the pattern ", pattern_.substr(0, 200)));
  }

  bool next_is(std::string_view text) const { return pattern_.substr(at_, text.size()) == text; }

  Status item() {
    const char c = pattern_[at_];
    if (c != '[' && c != '(' && c != '\\') {
      if (std::string_view(".^$?*+{}]").find(c) != std::string_view::npos) {
        return found(cat("\"", c, "\""));
      }
    }
    if (c == '|') {
      ++at_;
      last_literal_ = 0;
      return {};
    }
    if (c == '(') return open_group();
    if (c == ')') return close_group();
    if (c == '[') {
      SLAVA_TRY_STATUS(character_class());
      last_literal_ = 0;
    } else {
      SLAVA_TRY(const char32_t literal, character(/*in_class=*/false));
      SLAVA_TRY_STATUS(check_literal(literal));
    }
    return repeat(Item::kCharacter);
  }

  Status open_group() {
    Group group = groups_.back();
    group.look_ahead = false;
    if (next_is("(?:")) {
      at_ += 3;
    } else if (next_is("(?i:")) {
      at_ += 4;
      group.fold_case = true;
    } else if (next_is("(?!") || next_is("(?=")) {
      at_ += 3;
      group.look_ahead = true;
    } else if (next_is("(?") || next_is("(*")) {
      return found("a group that is none of (?:..), (?i:..), (?=..), (?!..) and (..)");
    } else {
      at_ += 1;
    }
    if (groups_.size() > kMaxGroupDepth) return found("a group too deep in others");
    groups_.push_back(group);
    last_literal_ = 0;
    return {};
  }

  Status close_group() {
    if (groups_.size() == 1) return found("\")\" without its \"(\"");
    const bool look_ahead = groups_.back().look_ahead;
    groups_.pop_back();
    ++at_;
    last_literal_ = 0;
    return repeat(look_ahead ? Item::kNone : Item::kGroup);
  }

  // What may follow an item: nothing or one repeat.
  Status repeat(Item item) {
    if (at_ == pattern_.size()) return {};
    const char c = pattern_[at_];
    if (std::string_view("?*+{").find(c) == std::string_view::npos) return {};
    if (item == Item::kNone) return found("a repeated look-ahead");
    // Repeats inside repeats can take exponential time.
    if (item == Item::kGroup && c != '?') return found("a repeated group");
    if (c == '{') return counted_repeat();
    ++at_;
    if (at_ < pattern_.size() && pattern_[at_] == '+') ++at_;  // possessive
    return no_second_repeat();
  }

  Status counted_repeat() {
    const size_t close = pattern_.find('}', at_);
    if (close == std::string_view::npos) return found("\"{\" without \"}\"");
    const auto counts = split(pattern_.substr(at_ + 1, close - at_ - 1), ',');
    const auto number = [](const std::string& text) {
      const bool digits = !text.empty() && text.size() <= 4 &&
                          std::all_of(text.begin(), text.end(),
                                      [](char digit) { return digit >= '0' && digit <= '9'; });
      return digits ? std::stoi(text) : -1;
    };
    const bool open_ended = counts.size() == 2 && counts[1].empty();
    const int low = counts.empty() ? -1 : number(counts[0]);
    const int high = open_ended || counts.size() == 1 ? low
                     : counts.size() == 2             ? number(counts[1])
                                                      : -1;
    if (low < 0 || high < low || high > kMaxRepeat) return found("a count that is none");
    at_ = close + 1;
    return no_second_repeat();
  }

  Status no_second_repeat() {
    last_literal_ = 0;
    if (at_ < pattern_.size() &&
        std::string_view("?*+{").find(pattern_[at_]) != std::string_view::npos) {
      return found("a lazy or a second repeat");
    }
    return {};
  }

  // One character or escape; the code point of a literal, 0 for an escape that stands for a set.
  Result<char32_t> character(bool in_class) {
    if (pattern_[at_] != '\\') {
      const char32_t literal = code_point_at(pattern_, at_);
      at_ += utf8_length(pattern_[at_]);
      return literal;
    }
    if (at_ + 1 == pattern_.size()) return found("a backslash at the end");
    const char c = pattern_[at_ + 1];
    if (c == 'p' || c == 'P') return property();
    const size_t escape = std::string_view("rnt").find(c);
    const bool punctuation = std::ispunct(static_cast<unsigned char>(c)) != 0;
    const bool set = std::string_view("sSdD").find(c) != std::string_view::npos;
    if (escape == std::string_view::npos && !punctuation && !set) {
      return found(cat("the escape \\", c, in_class ? " in a class" : ""));
    }
    at_ += 2;
    if (set) return char32_t{0};
    return escape == std::string_view::npos ? static_cast<char32_t>(c)
                                            : static_cast<char32_t>("\r\n\t"[escape]);
  }

  Result<char32_t> property() {
    const size_t close = pattern_.find('}', at_);
    if (close == std::string_view::npos || pattern_[at_ + 2] != '{' ||
        std::find(kCategories.begin(), kCategories.end(),
                  pattern_.substr(at_ + 3, close - at_ - 3)) == kCategories.end()) {
      return found("a property that is no general category");
    }
    at_ = close + 1;
    return char32_t{0};
  }

  Status check_literal(char32_t literal) {
    SLAVA_TRY_STATUS(check_range(literal, literal));
    if (groups_.back().fold_case && last_literal_ != 0) {
      std::string pair;
      for (const char32_t letter : {last_literal_, literal}) append_utf8(pair, letter);
      pair = to_lower(pair);
      if (std::find(kLigatures.begin(), kLigatures.end(), pair) != kLigatures.end()) {
        return found("letters without case that are also one letter");
      }
    }
    last_literal_ = literal;
    return {};
  }

  Status check_range(char32_t first, char32_t last) const {
    if (first > last) return found("a range that runs backwards");
    if (groups_.back().fold_case && last > 0x7F) return found("letters beyond ASCII without case");
    if (touches_stand_in(first, last)) {
      return found("a character that was new in Unicode 15 or later, or stands in for one");
    }
    return {};
  }

  Status character_class() {
    const size_t begin = at_;
    at_ += next_is("[^") ? 2 : 1;
    const size_t first = at_;
    while (at_ < pattern_.size() && (pattern_[at_] != ']' || at_ == first)) {
      if (pattern_[at_] == '[' || next_is("&&") || (pattern_[at_] == ']' && at_ == first)) {
        return found("a class inside a class or an empty one");
      }
      SLAVA_TRY(const char32_t low, character(/*in_class=*/true));
      char32_t high = low;
      const bool range =
          at_ + 1 < pattern_.size() && pattern_[at_] == '-' && pattern_[at_ + 1] != ']';
      if (range) {
        ++at_;
        if (pattern_[at_] == '[') return found("a class inside a class");
        SLAVA_TRY(high, character(/*in_class=*/true));
        if (low == 0 || high == 0) return found("a range from or to a set");
      }
      if (low != 0) SLAVA_TRY_STATUS(check_range(low, high));
    }
    if (at_ == pattern_.size()) {
      at_ = begin;
      return found("\"[\" without \"]\"");
    }
    ++at_;
    return {};
  }

  std::string_view pattern_;
  size_t at_ = 0;
  std::vector<Group> groups_;
  char32_t last_literal_ = 0;
};

}  // namespace

Status check_split_pattern(std::string_view pattern) { return Checker(pattern).run(); }

}  // namespace slava
