#include "evaluate/label_scores.h"

#include <map>
#include <string_view>

namespace slava {
namespace {

bool counts_as_positive(LabelState state, UncertainAs way) {
  return state == LabelState::kPositive ||
         (state == LabelState::kUncertain && way == UncertainAs::kPositive);
}

void count(bool predicted, bool referred, LabelCounts& counts) {
  if (predicted && referred) counts.both += 1;
  if (predicted && !referred) counts.predicted_only += 1;
  if (!predicted && referred) counts.reference_only += 1;
}

constexpr unsigned kLeft = 1;
constexpr unsigned kRight = 2;

unsigned side_bits(FindingSide side) {
  switch (side) {
    case FindingSide::kLeft:
      return kLeft;
    case FindingSide::kRight:
      return kRight;
    case FindingSide::kBilateral:
      return kLeft | kRight;
    case FindingSide::kNone:
      break;
  }
  return 0;
}

// Where one text sees an observation: all its mentions taken together, so that "left effusion,
// right effusion" is a bilateral one.
struct Seen {
  unsigned sides = 0;
  unsigned sections = 0;
};

std::map<std::string_view, Seen> positive_observations(const LabelledText& text) {
  std::map<std::string_view, Seen> seen;
  for (const Finding& finding : text.findings) {
    if (finding.negated) continue;
    Seen& entry = seen[finding.observation];
    entry.sides |= side_bits(finding.side);
    if (finding.section == ReportSection::kFindings) entry.sections |= 1;
    if (finding.section == ReportSection::kImpression) entry.sections |= 2;
  }
  return seen;
}

void compare(unsigned predicted, unsigned referred, DetailCounts& counts) {
  if (referred == 0) return;
  if (predicted == referred) {
    counts.right += 1;
  } else if (predicted == 0) {
    counts.omitted += 1;
  } else {
    counts.wrong += 1;
  }
}

int kind(LabelState state) {
  if (state == LabelState::kPositive) return 1;
  return state == LabelState::kUncertain ? 2 : 0;
}

}  // namespace

LabelledText label_text(const ReportText& text) {
  LabelledText labelled;
  labelled.empty = text.empty();
  if (labelled.empty) return labelled;
  for (const auto& [section, part] : text.parts) {
    const std::vector<Finding> found = extract_findings(part, section);
    labelled.findings.insert(labelled.findings.end(), found.begin(), found.end());
  }
  labelled.labels = chexpert_labels(labelled.findings);
  return labelled;
}

bool is_abnormal(const std::array<LabelState, kLabelCount>& labels) {
  return labels[static_cast<size_t>(Label::kNoFinding)] != LabelState::kPositive;
}

void add_label_scores(const LabelledText& prediction, const LabelledText& reference,
                      StudySums& sums) {
  for (size_t i = 0; i < kLabelCount; ++i) {
    for (const UncertainAs way : kUncertainWays) {
      count(counts_as_positive(prediction.labels[i], way),
            counts_as_positive(reference.labels[i], way), sums.labels[static_cast<size_t>(way)][i]);
    }
    if (kind(prediction.labels[i]) != kind(reference.labels[i])) sums.label_differences += 1;
  }
  const bool referred = is_abnormal(reference.labels);
  const bool predicted = prediction.empty ? !referred : is_abnormal(prediction.labels);
  count(predicted, referred, sums.abnormal);
  if (!predicted && !referred) sums.both_normal += 1;

  const auto in_prediction = positive_observations(prediction);
  for (const auto& [observation, seen] : positive_observations(reference)) {
    const auto match = in_prediction.find(observation);
    if (match == in_prediction.end()) continue;
    compare(match->second.sides, seen.sides, sums.sides);
    compare(match->second.sections, seen.sections, sums.sections);
  }
}

}  // namespace slava
