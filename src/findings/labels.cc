#include <algorithm>

#include "findings/findings.h"
#include "findings/rules.h"

namespace slava {
namespace {

// Positive beats uncertain beats negative beats blank.
int rank(LabelState state) {
  switch (state) {
    case LabelState::kPositive:
      return 3;
    case LabelState::kUncertain:
      return 2;
    case LabelState::kNegative:
      return 1;
    case LabelState::kBlank:
      return 0;
  }
  return 0;
}

bool counts(ReportSection section) {
  return section == ReportSection::kUnknown || section == ReportSection::kFindings ||
         section == ReportSection::kImpression;
}

LabelState state_of(const Finding& finding) {
  if (finding.negated) return LabelState::kNegative;
  return finding.certainty == Certainty::kUncertain ? LabelState::kUncertain
                                                    : LabelState::kPositive;
}

const findings::Observation* observation_of(const Finding& finding) {
  const auto& all = findings::rules().observations;
  const auto place = std::find_if(all.begin(), all.end(), [&](const auto& observation) {
    return observation.name == finding.observation;
  });
  return place == all.end() ? nullptr : &*place;
}

}  // namespace

std::array<LabelState, kLabelCount> chexpert_labels(const std::vector<Finding>& findings) {
  std::array<LabelState, kLabelCount> labels{};
  const auto raise = [&](Label label, LabelState state) {
    LabelState& held = labels[static_cast<size_t>(label)];
    if (rank(state) > rank(held)) held = state;
  };
  bool disease = false;
  for (const Finding& finding : findings) {
    if (!counts(finding.section)) continue;
    const LabelState state = state_of(finding);
    if (finding.label) raise(*finding.label, state);
    if (state == LabelState::kNegative) continue;
    if (finding.label != Label::kSupportDevices) disease = true;
    if (const auto* observation = observation_of(finding)) {
      for (const auto& [label, implied] : observation->implies) raise(label, implied);
    }
  }
  if (!disease) labels[static_cast<size_t>(Label::kNoFinding)] = LabelState::kPositive;
  return labels;
}

const std::array<std::string_view, kLabelCount>& label_names() {
  static constexpr std::array<std::string_view, kLabelCount> kNames = {
      "Enlarged Cardiomediastinum",
      "Cardiomegaly",
      "Lung Opacity",
      "Lung Lesion",
      "Edema",
      "Consolidation",
      "Pneumonia",
      "Atelectasis",
      "Pneumothorax",
      "Pleural Effusion",
      "Pleural Other",
      "Fracture",
      "Support Devices",
      "No Finding",
  };
  return kNames;
}

const std::vector<ObservationName>& observation_names() {
  static const auto* const names = [] {
    auto* list = new std::vector<ObservationName>;
    for (const auto& observation : findings::rules().observations) {
      list->push_back({observation.name, observation.label, observation.region});
    }
    return list;
  }();
  return *names;
}

const ObservationName* find_observation(std::string_view name) {
  const auto& names = observation_names();
  const auto found = std::ranges::find(names, name, &ObservationName::name);
  return found == names.end() ? nullptr : &*found;
}

std::string_view name_of(Label label) { return label_names()[static_cast<size_t>(label)]; }

std::string_view name_of(LabelState state) {
  constexpr std::array<std::string_view, 4> kNames = {"blank", "positive", "negative", "uncertain"};
  return kNames[static_cast<size_t>(state)];
}

std::string_view name_of(ReportSection section) {
  constexpr std::array<std::string_view, 6> kNames = {"",          "indication", "comparison",
                                                      "technique", "findings",   "impression"};
  return kNames[static_cast<size_t>(section)];
}

std::string_view name_of(FindingSide side) {
  constexpr std::array<std::string_view, 4> kNames = {"", "left", "right", "bilateral"};
  return kNames[static_cast<size_t>(side)];
}

std::string_view name_of(FindingExtent extent) {
  constexpr std::array<std::string_view, 5> kNames = {"", "minimal", "mild", "moderate", "severe"};
  return kNames[static_cast<size_t>(extent)];
}

std::string_view name_of(Certainty certainty) {
  return certainty == Certainty::kCertain ? "certain" : "uncertain";
}

}  // namespace slava
