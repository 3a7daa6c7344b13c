// A rule's name and the words for its slots come in; one of its sentences goes out, drawn by the
// seed. Never here: what is said (tasks.h).
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "wording/draw.h"

namespace slava::wording {

inline constexpr int kGrammarVersion = 1;

using Slots = std::map<std::string, std::string, std::less<>>;

// Every "{name}" in `text` replaced by its slot. A slot that is not there is a defect of the data:
// the program stops and names it.
std::string fill(std::string_view text, const Slots& slots);

// One alternative of a rule of data/grammar.json, filled.
std::string say(std::string_view rule, const Slots& slots, Draw& draw);

// All alternatives of a rule.
const std::vector<std::string>& alternatives(std::string_view rule);

// "a, b and c"; `word` stands before the last.
std::string enumerate(const std::vector<std::string>& items, std::string_view word);

}  // namespace slava::wording
