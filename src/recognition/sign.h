// Signs: what a film shows, as the tokens that a decoder is told and that it writes before the
// sentence that says so. Observations are those of src/findings. Never here: how a film is judged.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "findings/findings.h"

namespace slava {

struct Sign {
  std::string observation;  // a name of observation_names(), or kNotAssessable
  FindingSide side = FindingSide::kNone;
  bool possible = false;  // told as uncertain

  bool operator==(const Sign&) const = default;
};

// The sign of a film that shows no chest that could be described.
inline constexpr std::string_view kNotAssessable = "not_assessable";

// "<pleural_effusion><left><possible><granuloma>"; "<none>" without signs.
std::string sign_tokens(const std::vector<Sign>& signs);

// Every token that sign_tokens can write: symbols that a vocabulary must keep whole.
std::vector<std::string> sign_symbols();

// Those of them that name an observation, in report order, kNotAssessable first.
std::vector<std::string> observation_symbols();

// Where a report tells an observation: smaller comes first, by the order of in_report_order.
size_t place_in_report(std::string_view observation);

// The order in which a report tells them: heart, mediastinum, lungs, pleura, abdomen, bones,
// devices; inside a region as the rules list them. An observation comes once: left and right make
// both sides, a side that is told beats none, certain beats possible.
std::vector<Sign> in_report_order(const std::vector<Sign>& signs);

// What `findings` affirm or suspect, in report order.
std::vector<Sign> signs_of(const std::vector<Finding>& findings);

}  // namespace slava
