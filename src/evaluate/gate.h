// An evaluation and a saved one come in; a verdict goes out: what moved, and whether any of it is
// worse than the tolerances allow.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "evaluate/evaluation.h"
#include "evaluate/tolerance.h"

namespace slava {

enum class Movement { kSame, kBetter, kWithin, kWorse };
std::string_view name_of(Movement movement);  // "same", "better", "within tolerance", "worse"

struct GatedMetric {
  std::string name;
  double before = 0;
  double now = 0;
  double allowed = 0;  // change for the worse
  Movement movement = Movement::kSame;
};

struct GateVerdict {
  bool passed = true;
  // Every gated metric, in the order of metrics_of(); and "n", which may not shrink.
  std::vector<GatedMetric> metrics;
};

// `baseline` is the text of a file by --save-baseline, `where` its name. kInput when it is no such
// file, or was made on other references, another section, protocol or training split.
Result<GateVerdict> compare_with_baseline(const Evaluation& now, std::string_view baseline,
                                          const std::string& where, const Tolerances& tolerances);

std::string gate_text(const GateVerdict& verdict);
nlohmann::ordered_json gate_json(const GateVerdict& verdict);

}  // namespace slava
