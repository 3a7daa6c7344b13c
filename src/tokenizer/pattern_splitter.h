// Takes a text and a pattern; cuts the text into matches and what lies between them.
// Never here: which of the two is kept (pre_tokenizer.h).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tokenizer/regular_expression.h"

namespace slava {

class PatternSplitter {
 public:
  struct Part {
    size_t begin = 0;
    size_t end = 0;
    bool is_match = false;
  };

  // `text` is not empty.
  static PatternSplitter of_literal(std::string text);
  // A pattern of this program's own.
  static Result<PatternSplitter> of_regex(std::string_view pattern);
  // A pattern that a file names; kModel when it would not mean here what it means to the reference.
  static Result<PatternSplitter> of_foreign_regex(std::string_view pattern);

  // Parts in order that cover `text` (valid UTF-8), none of them empty.
  std::vector<Part> split(std::string_view text) const;

 private:
  std::string literal_;
  std::optional<RegularExpression> regex_;
};

}  // namespace slava
