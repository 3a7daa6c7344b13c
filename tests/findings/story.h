// What a text says, in short lines that tests compare: "+ pleural_effusion left [base] mild".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/strings.h"
#include "findings/findings.h"

namespace slava {

// "+" present, "?" uncertain, "-" negated; then observation, side, zones, extent where told.
inline std::string story_of(const Finding& finding) {
  std::string line = finding.negated                              ? "- "
                     : finding.certainty == Certainty::kUncertain ? "? "
                                                                  : "+ ";
  line += finding.observation;
  if (finding.side != FindingSide::kNone) line += cat(" ", name_of(finding.side));
  if (!finding.zones.empty()) {
    std::vector<std::string> zones(finding.zones.begin(), finding.zones.end());
    line += cat(" [", join(zones, ", "), "]");
  }
  if (finding.extent != FindingExtent::kNone) line += cat(" ", name_of(finding.extent));
  return line;
}

inline std::vector<std::string> story(std::string_view text) {
  std::vector<std::string> lines;
  for (const Finding& finding : extract_findings(text)) lines.push_back(story_of(finding));
  return lines;
}

// The states that are not blank: "Edema positive".
inline std::vector<std::string> labels_of(std::string_view text) {
  const auto labels = chexpert_labels(extract_findings(text));
  std::vector<std::string> lines;
  for (size_t i = 0; i < kLabelCount; ++i) {
    if (labels[i] == LabelState::kBlank) continue;
    lines.push_back(cat(label_names()[i], " ", name_of(labels[i])));
  }
  return lines;
}

}  // namespace slava
