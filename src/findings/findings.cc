#include "findings/findings.h"

#include <algorithm>

#include "findings/place_of.h"
#include "findings/rules.h"
#include "findings/scope.h"
#include "findings/sentence.h"
#include "findings/words.h"

namespace slava {

std::vector<Finding> extract_findings(std::string_view text, ReportSection section) {
  using namespace findings;  // NOLINT(google-build-using-namespace): this file is its door
  const Rules& known = rules();
  WordList list;
  read_words(text, section, known.headings, list);
  SentenceReader reader(known, list.words);
  std::vector<Finding> found;
  for (size_t number = 0; number < list.sentences.size(); ++number) {
    for (const Clause& clause : reader.read(list.sentences[number])) {
      if (clause.observations.empty()) continue;
      std::vector<Placing> placings = place_observations(clause, known, list.words);
      for (size_t i = 0; i < clause.observations.size(); ++i) {
        const Mark& mark = clause.observations[i];
        const Verdict verdict = judge(clause, mark, list.words);
        if (verdict.history) continue;
        const Observation& observation = known.observations[mark.index];
        Finding finding;
        finding.observation = observation.name;
        finding.label = observation.label;
        finding.region = observation.region;
        finding.section = list.sentences[number].section;
        finding.side = placings[i].side;
        finding.zones = std::move(placings[i].zones);
        finding.extent = placings[i].extent;
        finding.certainty = verdict.uncertain ? Certainty::kUncertain : Certainty::kCertain;
        finding.negated = verdict.negated;
        finding.sentence = number;
        finding.begin = list.words[mark.begin].begin;
        finding.end = list.words[mark.end - 1].end;
        found.push_back(std::move(finding));
      }
    }
  }
  return found;
}

}  // namespace slava
