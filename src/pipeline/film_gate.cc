#include "pipeline/film_gate.h"

#include <algorithm>

#include "base/strings.h"

namespace slava {
namespace {

// A series of a thousand CT slices is one note.
void add_counted(const std::vector<GateNote>& notes, std::vector<GateNote>& all,
                 std::vector<size_t>& counts) {
  for (const GateNote& note : notes) {
    const auto same = std::find_if(all.begin(), all.end(), [&](const GateNote& known) {
      return known.reason == note.reason && known.text == note.text;
    });
    if (same == all.end()) {
      all.push_back(note);
      counts.push_back(1);
    } else {
      ++counts[static_cast<size_t>(same - all.begin())];
    }
  }
}

}  // namespace

TagVerdict judge_tags(const Study& study, const GateOptions& options) {
  TagVerdict verdict;
  std::vector<size_t> counts;
  bool is_of_patient = false;
  for (const Film& film : study.films) {
    const auto findings = check_tags(film.tags, options);
    if (!refuses(findings)) {
      verdict.passed.push_back(&film);
      continue;
    }
    for (const GateFinding& finding : findings) {
      is_of_patient = is_of_patient || (finding.reason == GateReason::kPatientAge &&
                                        finding.action == GateAction::kRefuse);
    }
    add_counted(notes_on(film, findings, GateAction::kRefuse), verdict.refusals, counts);
  }
  for (size_t i = 0; i < counts.size(); ++i) {
    if (counts[i] == 1) continue;
    verdict.refusals[i].text += cat(" (and ", counts[i] - 1, " more of the study)");
  }
  if (is_of_patient) verdict.passed.clear();
  return verdict;
}

std::vector<GateNote> notes_on(const Film& film, const std::vector<GateFinding>& findings,
                               GateAction action) {
  std::vector<GateNote> notes;
  for (const GateFinding& finding : findings) {
    if (finding.action != action) continue;
    notes.push_back({film.path.filename().string(), std::string(to_string(finding.reason)),
                     std::string(to_string(finding.action)), finding.text});
  }
  return notes;
}

std::string reason_of(const std::vector<GateNote>& refusals) {
  std::vector<std::string> reasons;
  for (const GateNote& note : refusals) {
    reasons.push_back(cat(note.reason, ": ", note.film, ": ", note.text));
  }
  return join(reasons, "; ");
}

}  // namespace slava
