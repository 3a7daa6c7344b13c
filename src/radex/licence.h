// What a row says of its licence comes in; whether samples may be made from it, and whether the
// samples of several licences may stand in one corpus, goes out. A corpus is taken for an
// adaptation of all its sources. Not legal advice.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace slava::radex {

inline constexpr int kLicenceVersion = 1;

enum class Family {
  kFree,           // public domain, CC0
  kAttribution,    // CC BY, MIT, BSD, Apache-2.0
  kNonCommercial,  // CC BY-NC
  kShareAlike,     // CC BY-SA
  kNonCommercialShareAlike,
  kNoDerivatives,  // CC BY-ND, CC BY-NC-ND: adaptations stay where they were made
  kOther,          // known only by its name
};

struct Licence {
  std::string name;  // "CC BY-NC-SA 4.0"
  Family family = Family::kOther;
};

// Reads "CC BY-NC-SA 4.0", "cc-by-nc-sa", "https://creativecommons.org/licenses/by/4.0/", "CC0",
// "MIT", ...; a name that it does not know is of kOther.
Licence parse_licence(std::string_view text);

// The licence that samples of all of `licences` together carry. kInput names two of them that
// cannot be combined, and what to do.
Result<Licence> combine(const std::vector<Licence>& licences);

// Whether `allowed` (names as users write them; empty allows all known licences) lets it in: "CC
// BY" without a version allows every version.
bool is_allowed(const Licence& licence, const std::vector<std::string>& allowed);

}  // namespace slava::radex
