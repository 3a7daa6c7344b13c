// Side, zone and extent of the observations of a clause: each place is given to the observation
// that it stands at. Never here: places that another clause tells.
#pragma once

#include <string_view>
#include <vector>

#include "findings/sentence.h"

namespace slava::findings {

struct Placing {
  FindingSide side = FindingSide::kNone;
  std::vector<std::string_view> zones;  // views of the rules
  FindingExtent extent = FindingExtent::kNone;
};

// One for each of clause.observations, in their order.
std::vector<Placing> place_observations(const Clause& clause, const Rules& rules,
                                        const std::vector<Word>& words);

}  // namespace slava::findings
