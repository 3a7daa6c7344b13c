#include "findings/place_of.h"

#include <algorithm>

namespace slava::findings {
namespace {

constexpr size_t kNobody = static_cast<size_t>(-1);
constexpr size_t kFarthest = 10;   // words between an observation and its place
constexpr size_t kNeighbours = 4;  // words between one place of an observation and the next

bool is_and(const Word& word) {
  return word.text == "and" || word.text == "or" || word.kind == WordKind::kSlash;
}
bool is_list_word(const Word& word) {
  return is_and(word) || word.kind == WordKind::kComma || word.text == "versus" ||
         word.text == "vs";
}

class Placer {
 public:
  Placer(const Clause& clause, const Rules& rules, const std::vector<Word>& words)
      : clause_(clause),
        rules_(rules),
        words_(words),
        owner_(clause.places.size(), kNobody),
        placings_(clause.observations.size()) {}

  std::vector<Placing> place() {
    const auto& observations = clause_.observations;
    for (size_t i = 0; i < observations.size(); ++i) look_ahead_of(i);
    for (size_t i = 0; i < observations.size(); ++i) {
      if (is_placed(i)) look_behind(i);
      look_for_extent_behind(i);
    }
    for (size_t i = 0; i < observations.size(); ++i) {
      if (implied_[i]) placings_[i].side = FindingSide::kBilateral;
    }
    for (size_t i = 0; i < observations.size(); ++i) {
      if (is_placed(i) && is_bare(i)) take_from_neighbour(i);
    }
    for (size_t i = 0; i < observations.size(); ++i) {
      if (is_placed(i) && placings_[i].side == FindingSide::kNone) take_from_subject(i);
    }
    return std::move(placings_);
  }

 private:
  bool is_placed(size_t i) const {
    return rules_.observations[clause_.observations[i].index].placed;
  }
  bool is_bare(size_t i) const {
    return placings_[i].side == FindingSide::kNone && placings_[i].zones.empty();
  }

  // Words between the parts of a broken phrase are covered by it.
  static bool covers_word(const Mark& mark, size_t word) {
    return mark.begin <= word && word < mark.end;
  }

  // Index of the first mark that covers `word`, or kNobody.
  static size_t covering(const std::vector<Mark>& marks, size_t word) {
    for (size_t i = 0; i < marks.size(); ++i) {
      if (covers_word(marks[i], word)) return i;
    }
    return kNobody;
  }

  void add_place(size_t observation, size_t place_mark) {
    const Place& place = rules_.places[clause_.places[place_mark].index];
    Placing& placing = placings_[observation];
    if (place.implied) {
      if (placing.side == FindingSide::kNone) implied_[observation] = true;
    } else if (place.side != FindingSide::kNone) {
      placing.side = placing.side == FindingSide::kNone || placing.side == place.side
                         ? place.side
                         : FindingSide::kBilateral;
      implied_[observation] = false;
    }
    if (!place.zone.empty() &&
        std::find(placing.zones.begin(), placing.zones.end(), place.zone) == placing.zones.end()) {
      placing.zones.emplace_back(place.zone);
    }
  }

  // "small left" effusion; also what stands between the parts: heart is "mildly" enlarged.
  void look_ahead_of(size_t i) {
    const Mark& observation = clause_.observations[i];
    std::vector<size_t> found;
    const auto take = [&](size_t word) {
      bool taken = false;
      for (size_t place = 0; place < clause_.places.size(); ++place) {
        if (!covers_word(clause_.places[place], word)) continue;
        taken = true;
        if (owner_[place] != kNobody) continue;
        owner_[place] = i;
        found.push_back(place);
      }
      const size_t extent = covering(clause_.extents, word);
      if (extent != kNobody && placings_[i].extent == FindingExtent::kNone) {
        placings_[i].extent = static_cast<FindingExtent>(clause_.extents[extent].index);
      }
      return taken || extent != kNobody;
    };
    // Places that are part of the phrase itself ("bibasilar atelectasis" is none).
    for (size_t at = observation.end; at > observation.begin; --at) take(at - 1);
    bool link = false;  // the word behind is a place or extent, so that "and" may link it
    for (size_t at = observation.begin; at > clause_.begin && observation.begin - at < kFarthest;) {
      --at;
      const Word& word = words_[at];
      if (clause_.has_role(at, kIsVerb | kIsStop)) break;
      if (word.text != "of" && clause_.has_role(at, kIsPreposition)) break;
      if (covering(clause_.observations, at) != kNobody) break;
      if (covering(clause_.cues, at) != kNobody) break;
      if (is_list_word(word)) {
        const bool before = at > clause_.begin && (covering(clause_.places, at - 1) != kNobody ||
                                                   covering(clause_.extents, at - 1) != kNobody);
        if (!link || !before) break;
        continue;
      }
      link = take(at);
    }
    std::sort(found.begin(), found.end());
    for (const size_t place : found) add_place(i, place);
  }

  // effusion "on the left"; opacity and atelectasis "in the right lung base".
  void look_behind(size_t i) {
    size_t last = clause_.observations[i].end;
    bool found = false;
    bool preposition = false;
    for (size_t at = last; at < clause_.end; ++at) {
      bool taken = false;
      bool taken_by_next = false;
      for (size_t place = 0; place < clause_.places.size(); ++place) {
        if (!covers_word(clause_.places[place], at)) continue;
        taken = true;
        if (owner_[place] != kNobody && clause_.observations[owner_[place]].begin > at) {
          taken_by_next = true;
        } else if (clause_.places[place].begin == at) {
          add_place(i, place);
          if (owner_[place] == kNobody) owner_[place] = i;
        }
      }
      if (taken_by_next) break;
      if (taken) {
        found = true;
        last = at + 1;
        continue;
      }
      if (at - last >= (found ? kNeighbours : kFarthest)) break;
      if (clause_.has_role(at, kIsStop) || (found && clause_.has_role(at, kIsVerb))) break;
      if (clause_.has_role(at, kIsPreposition)) preposition = true;
      const size_t other = covering(clause_.observations, at);
      if (other != kNobody && other != i) {
        // The next item of a list may stand before the common place, unless it has one of its own.
        if (found || preposition || !is_bare(other) || !is_placed(other)) break;
        at = std::max(at, clause_.observations[other].end - 1);
        last = at + 1;
      }
    }
  }

  // effusion "is small".
  void look_for_extent_behind(size_t i) {
    if (placings_[i].extent != FindingExtent::kNone) return;
    bool verb = false;
    const size_t end = clause_.observations[i].end;
    for (size_t at = end; at < clause_.end && at - end < kNeighbours; ++at) {
      if (is_list_word(words_[at]) || covering(clause_.observations, at) != kNobody) return;
      if (clause_.has_role(at, kIsVerb)) verb = true;
      const size_t extent = covering(clause_.extents, at);
      if (verb && extent != kNobody) {
        placings_[i].extent = static_cast<FindingExtent>(clause_.extents[extent].index);
        return;
      }
    }
  }

  // "bilateral effusions and atelectasis": the second item shares the place of the first, and so
  // does what explains it: "left basilar opacity, likely atelectasis".
  void take_from_neighbour(size_t i) {
    if (i == 0 || !is_placed(i - 1)) return;
    const size_t begin = clause_.observations[i - 1].end;
    const size_t end = clause_.observations[i].begin;
    if (end <= begin || end - begin > kFarthest) return;
    bool explained = false;
    bool linked = false;
    bool only_links = true;
    for (size_t at = begin; at < end; ++at) {
      const Word& word = words_[at];
      const size_t place = covering(clause_.places, at);
      if (place != kNobody && owner_[place] != i - 1) return;
      if (clause_.has_role(at, kIsStop) || covers_denial(at)) return;
      if (clause_.has_role(at, kIsExplanation)) explained = true;
      if (is_list_word(word) || word.text == "adjacent" || word.text == "associated" ||
          word.text == "underlying" || word.text == "overlying") {
        linked = true;
      } else if (word.text != "with" && covering(clause_.extents, at) == kNobody &&
                 place == kNobody) {
        only_links = false;
      }
    }
    if (!explained && !(linked && only_links)) return;
    placings_[i].side = placings_[i - 1].side;
    placings_[i].zones = placings_[i - 1].zones;
  }

  bool covers_denial(size_t word) const {
    return std::any_of(clause_.cues.begin(), clause_.cues.end(), [&](const Mark& cue) {
      return covers_word(cue, word) &&
             (cue.kind == MeaningKind::kNegationBefore || cue.kind == MeaningKind::kNegationAfter);
    });
  }

  // "The right lung demonstrates" consolidation; "left base:" opacity. An observation that has a
  // zone of its own still lacks its side: "the left lung shows" a mass in the upper lobe.
  void take_from_subject(size_t i) {
    const Mark& observation = clause_.observations[i];
    const bool side_only = !placings_[i].zones.empty();
    for (size_t place = 0; place < clause_.places.size(); ++place) {
      const Mark& mark = clause_.places[place];
      if (mark.end > observation.begin || observation.begin - mark.end > kFarthest) continue;
      const Place& told = rules_.places[mark.index];
      if (side_only && (told.side == FindingSide::kNone || !told.zone.empty())) continue;
      const size_t owner = owner_[place];
      if (owner != kNobody && owner != i && !subjects_[owner]) continue;
      if (owner == kNobody) {
        owner_[place] = i;
        subjects_[i] = true;
      }
      add_place(i, place);
    }
  }

  const Clause& clause_;
  const Rules& rules_;
  const std::vector<Word>& words_;
  std::vector<size_t> owner_;  // by place: the observation that it belongs to
  std::vector<Placing> placings_;
  // By observation: a plural suggests both sides, and no side is told.
  std::vector<bool> implied_ = std::vector<bool>(clause_.observations.size());
  // By observation: it has the place of the clause's subject, which it shares.
  std::vector<bool> subjects_ = std::vector<bool>(clause_.observations.size());
};

}  // namespace

std::vector<Placing> place_observations(const Clause& clause, const Rules& rules,
                                        const std::vector<Word>& words) {
  return Placer(clause, rules, words).place();
}

}  // namespace slava::findings
