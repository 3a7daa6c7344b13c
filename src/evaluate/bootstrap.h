// Sums of single studies come in; 95% intervals of every metric go out, by resampling studies with
// replacement (percentiles). The same seed gives the same intervals everywhere.
#pragma once

#include <cstdint>
#include <vector>

#include "evaluate/study_sums.h"

namespace slava {

struct Interval {
  // NaN where a metric has no value in any resample, or where there are no resamples.
  double low = 0;
  double high = 0;
};

struct BootstrapOptions {
  size_t resamples = 1000;
  uint64_t seed = 0;
};

// By the order of metrics_of(). Two systems over the same studies see the same resamples.
std::vector<Interval> bootstrap_intervals(const std::vector<StudySums>& studies,
                                          const BootstrapOptions& options);

// Of the difference, first minus second, when both are seen on the same resamples. The lists are of
// the same studies in the same order.
std::vector<Interval> paired_intervals(const std::vector<StudySums>& first,
                                       const std::vector<StudySums>& second,
                                       const BootstrapOptions& options);

// Linear between neighbours; NaNs are left out. `fraction` 0 is the least, 1 the greatest.
double quantile(std::vector<double> values, double fraction);

}  // namespace slava
