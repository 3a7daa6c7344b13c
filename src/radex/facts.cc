#include "radex/facts.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/strings.h"

namespace slava::radex {
namespace {

// Places that an observation's own name tells: "hilar enlargement" at the hilum says no more.
struct OwnZone {
  std::string_view observation;
  std::string_view zone;
};
constexpr auto kOwnZones = std::to_array<OwnZone>({{"costophrenic_blunting", "costophrenic angle"},
                                                   {"fissure_thickening", "fissure"},
                                                   {"hilar_enlargement", "hilum"},
                                                   {"hilar_calcification", "hilum"}});

Fact fact_of(const Finding& finding) {
  Fact fact;
  fact.observation = finding.observation;
  fact.label = finding.label;
  fact.side = finding.side;
  fact.zones = finding.zones;
  std::sort(fact.zones.begin(), fact.zones.end());
  for (const OwnZone& own : kOwnZones) {
    if (own.observation == fact.observation) std::erase(fact.zones, own.zone);
  }
  fact.extent = finding.extent;
  fact.certainty = finding.certainty;
  fact.negated = finding.negated;
  fact.section = finding.section;
  return fact;
}

// `b` says all that `a` says, and perhaps more.
bool says_more(const Fact& b, const Fact& a) {
  if (a.observation != b.observation || a.negated != b.negated) return false;
  if (a.certainty != b.certainty && !b.is_present()) return false;
  // "No effusion" says more than "no effusion on the left" or "no large effusion".
  if (a.negated && b.denies_all()) return true;
  if (a.negated) return a.key() == b.key();
  if (a.side != FindingSide::kNone && a.side != b.side) return false;
  if (a.extent != FindingExtent::kNone && a.extent != b.extent) return false;
  return std::includes(b.zones.begin(), b.zones.end(), a.zones.begin(), a.zones.end());
}

bool contradict(const Fact& a, const Fact& b) {
  if (a.observation != b.observation || a.negated == b.negated) return false;
  const Fact& denied = a.negated ? a : b;
  const Fact& stated = a.negated ? b : a;
  // "No large effusion" leaves room for a small one.
  if (denied.extent != FindingExtent::kNone && denied.extent != stated.extent) return false;
  const bool other_side = denied.side != FindingSide::kNone && stated.side != denied.side &&
                          stated.side != FindingSide::kBilateral;
  const bool other_zone =
      !denied.zones.empty() &&
      std::none_of(stated.zones.begin(), stated.zones.end(), [&](std::string_view zone) {
        return std::binary_search(denied.zones.begin(), denied.zones.end(), zone);
      });
  return !other_side && !other_zone;
}

FactSet fact_set(std::vector<Fact> facts) {
  std::set<size_t> wrong;
  for (size_t i = 0; i < facts.size(); ++i) {
    for (size_t k = i + 1; k < facts.size(); ++k) {
      if (contradict(facts[i], facts[k])) wrong.insert({i, k});
    }
  }
  FactSet set;
  set.contradictions = wrong.size();
  std::vector<Fact> sound;
  for (size_t i = 0; i < facts.size(); ++i) {
    if (!wrong.contains(i)) sound.push_back(std::move(facts[i]));
  }
  set.facts = said_once(sound);
  return set;
}

}  // namespace

FactSet facts_of_text(std::string_view text) {
  std::vector<Fact> facts;
  for (const Finding& finding : extract_findings(text)) facts.push_back(fact_of(finding));
  return fact_set(std::move(facts));
}

FactSet facts_of(const std::vector<Statement>& statements) {
  std::vector<Fact> facts;
  for (const Statement& statement : statements) {
    for (const Finding& finding : extract_findings(statement.text, statement.section)) {
      facts.push_back(fact_of(finding));
    }
  }
  return fact_set(std::move(facts));
}

std::vector<Fact> said_once(const std::vector<Fact>& facts) {
  std::vector<Fact> kept;
  for (size_t i = 0; i < facts.size(); ++i) {
    bool drop = false;
    for (size_t k = 0; k < facts.size() && !drop; ++k) {
      if (k == i || !says_more(facts[k], facts[i])) continue;
      // Of two that say the same the first stays.
      drop = !says_more(facts[i], facts[k]) || k < i;
    }
    if (!drop) kept.push_back(facts[i]);
  }
  return kept;
}

std::vector<Fact> without_sides(const std::vector<Fact>& facts) {
  std::vector<Fact> left;
  for (const Fact& fact : facts) {
    // "The right lung is clear" says nothing of a film on which the lungs lie upon each other.
    const bool half_denied =
        fact.negated && (fact.side == FindingSide::kLeft || fact.side == FindingSide::kRight);
    if (!half_denied) left.push_back(fact);
  }
  for (Fact& fact : left) {
    // These two parts of the lung are each on one side only: naming them names it.
    const bool one_sided = std::any_of(fact.zones.begin(), fact.zones.end(), [](auto zone) {
      return zone == "middle lobe" || zone == "lingula";
    });
    if (!one_sided) fact.side = FindingSide::kNone;
  }
  return said_once(left);
}

bool same_facts(const std::vector<Fact>& a, const std::vector<Fact>& b) {
  std::set<std::string> left;
  std::set<std::string> right;
  for (const Fact& fact : a) left.insert(fact.key());
  for (const Fact& fact : b) right.insert(fact.key());
  return left == right;
}

}  // namespace slava::radex
