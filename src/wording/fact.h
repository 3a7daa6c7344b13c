// One observation with all that is said of it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "findings/findings.h"

namespace slava::wording {

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

}  // namespace slava::wording
