// Statements about a film come in; what they assert goes out as a set of facts: observations with
// side, zone, extent, certainty and polarity, each once. Never here: an exchange of left and right.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "findings/findings.h"
#include "radex/film_statements.h"
#include "wording/fact.h"

namespace slava::radex {

inline constexpr int kFactsVersion = 1;

using wording::Fact;

struct FactSet {
  std::vector<Fact> facts;  // in the order of the text
  // The text says of one place that a thing is there and that it is not; neither is kept.
  size_t contradictions = 0;
};

// What a text asserts. A fact that another one says more exactly is left out.
FactSet facts_of_text(std::string_view text);
FactSet facts_of(const std::vector<Statement>& statements);

// Each once, and none that another one says more exactly.
std::vector<Fact> said_once(const std::vector<Fact>& facts);

// The same facts without sides, which a lateral film cannot show, each once.
std::vector<Fact> without_sides(const std::vector<Fact>& facts);

// As sets: the same keys.
bool same_facts(const std::vector<Fact>& a, const std::vector<Fact>& b);

}  // namespace slava::radex
