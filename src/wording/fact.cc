#include "wording/fact.h"

#include "base/strings.h"

namespace slava::wording {

std::string Fact::key() const {
  std::vector<std::string> places(zones.begin(), zones.end());
  return cat(observation, '|', name_of(side), '|', join(places, "+"), '|', name_of(extent), '|',
             name_of(certainty), '|', negated ? "absent" : "present");
}

}  // namespace slava::wording
