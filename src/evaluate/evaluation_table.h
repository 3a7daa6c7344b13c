// An evaluation as text for a terminal: predictions and controls side by side.
#pragma once

#include <string>
#include <vector>

#include "evaluate/evaluation.h"

namespace slava {

// The metrics that a table shows, with their short names: the rest is in the JSON.
struct ShownMetric {
  std::string name;
  std::string title;
};
const std::vector<ShownMetric>& shown_metrics();

// Numbers of studies or texts that stand below the metrics.
struct ShownCount {
  std::string title;
  size_t (*of)(const TextCounts&);
};
const std::vector<ShownCount>& shown_counts();

std::string evaluation_table(const Evaluation& evaluation);

// "0.412"; "-" for NaN; never "-0.000".
std::string three_digits(double value);

// What could not be paired or is empty, in lines of at most 10 names each; empty when all is well.
std::string unmatched_text(const JoinedReports& joined);

}  // namespace slava
