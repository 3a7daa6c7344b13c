// Long lines of a text folded at white space, so that a report is readable in a fixed width.
#pragma once

#include <string>
#include <string_view>

namespace slava {

// Folds each line of more than `columns` characters (code points). The rest goes on below the
// line's own text: behind its indent, and behind a leading "- ", "1. " or "Label   " if it has one.
// A word that is longer than a line stays whole.
std::string fold_lines(std::string_view text, size_t columns);

}  // namespace slava
