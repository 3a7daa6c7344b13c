// The studies of a list that references name: what a measurement reads films of.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "study/find_studies.h"

namespace slava {

// In the order of `ids`. They point into `list`. kInput for an id whose study the list does not
// have or cannot read: a measurement is of all the studies or of none.
Result<std::vector<const Study*>> studies_by_id(const StudyList& list,
                                                const std::vector<std::string>& ids);

}  // namespace slava
