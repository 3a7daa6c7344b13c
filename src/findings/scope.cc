#include "findings/scope.h"

#include <algorithm>

namespace slava::findings {
namespace {

bool is_or(const Word& word) { return word.text == "or" || word.text == "nor"; }
bool is_join(const Word& word) { return word.kind == WordKind::kComma || word.text == "and"; }

// In "no A, B or C" the cue reaches C; in "no A, small B" it ends before B: an item that begins by
// saying how B is, in a list without "or" behind it, is a statement of its own.
bool ends_list(const Clause& clause, size_t at, const std::vector<Word>& words) {
  if (!is_join(words[at])) return false;
  size_t next = at + 1;
  while (next < clause.end && is_join(words[next])) ++next;
  if (next >= clause.end || !clause.has_role(next, kIsMarker)) return false;
  return std::none_of(words.begin() + static_cast<std::ptrdiff_t>(next),
                      words.begin() + static_cast<std::ptrdiff_t>(clause.end), is_or);
}

bool reaches_ahead(const Clause& clause, const Mark& cue, size_t target,
                   const std::vector<Word>& words) {
  // What is said of a cause is as uncertain as the rest: "may be due to infection".
  const bool stops = cue.kind != MeaningKind::kUncertaintyBefore;
  for (size_t at = cue.end; at < target; ++at) {
    if ((stops && clause.has_role(at, kIsStop)) || ends_list(clause, at, words)) return false;
  }
  return true;
}

bool reaches_back(const Clause& clause, const Mark& cue, size_t from,
                  const std::vector<Word>& words) {
  for (size_t at = from; at < cue.begin; ++at) {
    if (clause.has_role(at, kIsStop) || ends_list(clause, at, words)) return false;
  }
  // "resolved" stands ahead of what has resolved, too: "effusion with resolved pneumothorax".
  return std::none_of(clause.observations.begin(), clause.observations.end(),
                      [&](const Mark& next) { return next.begin == cue.end; });
}

// The cue stands between two observations and acts on the nearest at each side.
bool stands_next_to(const Clause& clause, const Mark& cue, const Mark& observation) {
  const bool ahead = observation.begin >= cue.end;
  if (!ahead && observation.end > cue.begin) return false;
  const size_t low = ahead ? cue.end : observation.end;
  const size_t high = ahead ? observation.begin : cue.begin;
  for (size_t at = low; at < high; ++at) {
    if (clause.has_role(at, kIsStop)) return false;
  }
  return std::none_of(clause.observations.begin(), clause.observations.end(),
                      [&](const Mark& other) { return other.begin >= low && other.end <= high; });
}

}  // namespace

Verdict judge(const Clause& clause, const Mark& observation, const std::vector<Word>& words) {
  Verdict verdict;
  bool inside = false;  // a negation between the parts: "heart is not enlarged"
  verdict.uncertain = observation.kind == MeaningKind::kPossible;
  for (const Mark& cue : clause.cues) {
    const bool between = cue.begin >= observation.begin && cue.end <= observation.end;
    const bool ahead = between || (cue.end <= observation.begin &&
                                   reaches_ahead(clause, cue, observation.begin, words));
    const bool behind =
        cue.begin >= observation.end && reaches_back(clause, cue, observation.end, words);
    switch (cue.kind) {
      case MeaningKind::kNegationBefore:
        inside = inside || between;
        verdict.negated = verdict.negated || ahead;
        break;
      case MeaningKind::kNegationAfter:
        inside = inside || between;
        verdict.negated = verdict.negated || behind || between;
        break;
      case MeaningKind::kUncertaintyBefore:
        verdict.uncertain = verdict.uncertain || ahead;
        break;
      case MeaningKind::kUncertaintyAfter:
        verdict.uncertain = verdict.uncertain || behind || between;
        break;
      case MeaningKind::kUncertaintyAround:
        verdict.uncertain =
            verdict.uncertain || between || stands_next_to(clause, cue, observation);
        break;
      case MeaningKind::kHistoryBefore:
        verdict.history = verdict.history || ahead;
        break;
      default:
        break;
    }
  }
  if (observation.kind == MeaningKind::kAbsent) {
    // "The heart is not normal in size" says that something is wrong, not what.
    verdict.negated = !inside;
    verdict.uncertain = inside;
  }
  if (verdict.negated) verdict.uncertain = false;
  return verdict;
}

}  // namespace slava::findings
