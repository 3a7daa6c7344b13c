#include "tokenizer/pattern_splitter.h"

#include "tokenizer/pattern_syntax.h"
#include "tokenizer/unicode_classes.h"

namespace slava {

PatternSplitter PatternSplitter::of_literal(std::string text) {
  PatternSplitter splitter;
  splitter.literal_ = std::move(text);
  return splitter;
}

Result<PatternSplitter> PatternSplitter::of_regex(std::string_view pattern) {
  PatternSplitter splitter;
  SLAVA_TRY(splitter.regex_, RegularExpression::compile(pattern));
  return splitter;
}

Result<PatternSplitter> PatternSplitter::of_foreign_regex(std::string_view pattern) {
  SLAVA_TRY_STATUS(check_split_pattern(pattern));
  return of_regex(pattern);
}

std::vector<PatternSplitter::Part> PatternSplitter::split(std::string_view text) const {
  std::vector<Part> parts;
  size_t done = 0;
  const auto add_match = [&](size_t begin, size_t end) {
    if (done < begin) parts.push_back({done, begin, false});
    parts.push_back({begin, end, true});
    done = end;
  };
  if (regex_) {
    const std::string seen = with_stand_ins(text);
    RegularExpression::Search search(*regex_, seen);
    while (const auto match = search.next(done)) add_match(match->first, match->second);
  } else {
    for (size_t at = text.find(literal_); at != std::string_view::npos;
         at = text.find(literal_, done)) {
      add_match(at, at + literal_.size());
    }
  }
  if (done < text.size()) parts.push_back({done, text.size(), false});
  return parts;
}

}  // namespace slava
