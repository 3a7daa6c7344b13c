// The rule files of src/findings/rules, read once: all their phrases in one tree, each with its
// meaning. Never here: how meanings in one sentence act on each other.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "findings/findings.h"
#include "findings/phrases.h"
#include "findings/words.h"

namespace slava::findings {

// The rule files, as text; they become part of the program when it is built.
extern const std::string_view kObservationRules;  // rules/observations.json
extern const std::string_view kContextRules;      // rules/context.json
extern const std::string_view kPlaceRules;        // rules/places.json

struct Observation {
  std::string name;
  std::optional<Label> label;
  std::string region;
  // A heart has no side: places in its sentence belong to others unless they stand at the phrase.
  bool placed = true;
  // Labels that it sets beside its own, and to what.
  std::vector<std::pair<Label, LabelState>> implies;
};

struct Place {
  FindingSide side = FindingSide::kNone;
  // The side is only what a plural suggests ("the lower lobes"); one that is told beats it.
  bool implied = false;
  std::string zone;  // "" where the phrase tells a side alone
};

enum class MeaningKind {
  kPresent,   // index: observation
  kAbsent,    // "heart size is normal"
  kPossible,  // "heart size at the upper limits of normal"
  kIgnored,   // hides the observations inside it
  // Cues: they act on observations behind them (Before) or ahead of them (After) in the clause.
  kNegationBefore,
  kNegationAfter,
  kUncertaintyBefore,
  kUncertaintyAfter,
  kUncertaintyAround,
  kHistoryBefore,  // what follows is told of the past and is no finding
  kNoCue,          // hides the cues inside it: "no change"
  // Words that shape a clause.
  kVerb,
  kSubject,       // a clause of its own may begin with it
  kSplit,         // a clause begins with it
  kMarker,        // what follows is there: "small", "stable"
  kStop,          // a cue does not reach beyond it
  kPlace,         // index: place
  kIgnoredPlace,  // hides the places inside it: "left ventricle"
  kPreposition,   // a place behind it belongs to the finding ahead: "in"
  kExplanation,   // what follows explains the finding ahead, and is where that is: "may represent"
  kExtent,        // index: FindingExtent
};

struct Meaning {
  MeaningKind kind = MeaningKind::kIgnored;
  size_t index = 0;
};

struct Rules {
  std::vector<Observation> observations;
  std::vector<Place> places;
  std::vector<Heading> headings;
  std::vector<Meaning> meanings;  // by PhraseHit::meaning, for both trees
  PhraseTree shape;               // what divides a sentence into clauses: verbs, subjects, splits
  PhraseTree tree;                // all else
};

// The rules of the program. A defect in a rule file stops the program and is named.
const Rules& rules();

}  // namespace slava::findings
