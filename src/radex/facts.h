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

namespace slava::radex {

inline constexpr int kFactsVersion = 1;

struct Fact {
  std::string_view observation;  // lives as long as the program, as the zones do
  std::optional<Label> label;
  FindingSide side = FindingSide::kNone;
  std::vector<std::string_view> zones;  // in alphabetical order
  FindingExtent extent = FindingExtent::kNone;
  Certainty certainty = Certainty::kCertain;
  bool negated = false;
  // Where the text said it; no part of what is compared.
  ReportSection section = ReportSection::kUnknown;

  bool is_present() const { return !negated && certainty == Certainty::kCertain; }
  // Not there at all: "no effusion", but not "no large effusion" or "no effusion on the left".
  bool denies_all() const {
    return negated && side == FindingSide::kNone && zones.empty() && extent == FindingExtent::kNone;
  }
  // "pleural_effusion|left|base|mild|certain|positive": two facts are the same if this is.
  std::string key() const;
};

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
