// Takes a pattern and UTF-8 text; finds matches, through PCRE2 with Unicode properties.
// Never here: whether a pattern of the reference means the same to PCRE2 (pattern_syntax.h).
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "base/result.h"

namespace slava {

class RegularExpression {
 public:
  // kModel with PCRE2's reason and the place in the pattern, or when it matches the empty text.
  static Result<RegularExpression> compile(std::string_view pattern);

  // Goes through one text from left to right. Not for several threads at once; the expression and
  // the text must outlive it.
  class Search {
   public:
    Search(const RegularExpression& expression, std::string_view text);
    // The first match that begins at `from` or later, as [begin, end).
    std::optional<std::pair<size_t, size_t>> next(size_t from);

   private:
    struct State;
    std::shared_ptr<State> state_;
    const RegularExpression& expression_;
    std::string_view text_;
  };

 private:
  struct Code;
  std::shared_ptr<Code> code_;
};

}  // namespace slava
