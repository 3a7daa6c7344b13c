// An evaluation as one JSON object, which is also what a baseline file holds.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "evaluate/evaluation.h"

namespace slava {

inline constexpr const char* kEvaluationSchema = "slava-cxr-evaluation/1";

// {"schema", "n", "metrics": {"bleu_1": {"value", "low", "high"}}, "labels", "controls", ...};
// what has no value is null.
nlohmann::ordered_json evaluation_json(const Evaluation& evaluation);

}  // namespace slava
