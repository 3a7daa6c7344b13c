// The data files of src/wording/data, as text; they become part of the program when it is built.
#pragma once

#include <string_view>

namespace slava::wording {

extern const std::string_view kObservationWords;  // data/observations.json
extern const std::string_view kGrammar;           // data/grammar.json

}  // namespace slava::wording
