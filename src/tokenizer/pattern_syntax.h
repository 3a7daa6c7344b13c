// Takes a regular expression that a tokenizer file names (Oniguruma, Ruby's syntax); says whether
// PCRE2 reads it the same way and in bounded time. Never rewrites it.
#pragma once

#include <string_view>

#include "base/result.h"

namespace slava {

// Good for patterns of literals, character classes, \p{..} of general categories, \s \d and their
// opposites, greedy and possessive repeats of one item, "?" after a group, (?:..), (?i:..),
// look-ahead and alternatives: what the published byte-level tokenizers use. kModel, "expected ...,
// found ...", for everything that the two libraries read differently or that can take exponential
// time.
Status check_split_pattern(std::string_view pattern);

}  // namespace slava
