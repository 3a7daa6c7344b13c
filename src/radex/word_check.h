// One sentence comes in; the kinds of what stands in it and is not known to be harmless go out.
// Never here: identifiers with a form of their own (identifiers.h).
#pragma once

#include <string_view>
#include <vector>

#include "radex/identifiers.h"

namespace slava::radex {

// Sentences of `text` in order, without the blanks between them; none ends inside one of `whole`.
// A full stop behind a title, an initial or an abbreviation of addresses ends none.
std::vector<Span> sentence_spans(std::string_view text, const std::vector<Span>& whole);

// "name", "unknown_word", "abbreviation", "other_number", "foreign_script", "symbol"; each once.
// Empty: the sentence may stay.
std::vector<std::string_view> denied_kinds(std::string_view sentence);

}  // namespace slava::radex
