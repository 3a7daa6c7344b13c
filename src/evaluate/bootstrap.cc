#include "evaluate/bootstrap.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "base/check.h"
#include "base/hash.h"

namespace slava {
namespace {

// Below `count`, the same on every platform (the standard's distributions are not).
size_t draw(std::mt19937_64& random, size_t count) {
  return static_cast<size_t>((static_cast<unsigned __int128>(random()) * count) >> 64);
}

// By metric, then by resample; which studies a resample has depends on seed and count alone.
std::vector<std::vector<double>> resampled_metrics(const std::vector<StudySums>& studies,
                                                   const BootstrapOptions& options) {
  std::vector<std::vector<double>> by_metric(metrics_of({}).size());
  for (size_t resample = 0; resample < options.resamples && !studies.empty(); ++resample) {
    std::mt19937_64 random(mix_seed(options.seed, resample));
    StudySums sums;
    for (size_t i = 0; i < studies.size(); ++i) sums.add(studies[draw(random, studies.size())]);
    const std::vector<MetricValue> values = metrics_of(sums);
    for (size_t i = 0; i < values.size(); ++i) by_metric[i].push_back(values[i].value);
  }
  return by_metric;
}

std::vector<Interval> intervals_of(const std::vector<std::vector<double>>& by_metric) {
  std::vector<Interval> intervals;
  for (const std::vector<double>& values : by_metric) {
    intervals.push_back({quantile(values, 0.025), quantile(values, 0.975)});
  }
  return intervals;
}

}  // namespace

double quantile(std::vector<double> values, double fraction) {
  std::erase_if(values, [](double value) { return std::isnan(value); });
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::sort(values.begin(), values.end());
  const double place = fraction * static_cast<double>(values.size() - 1);
  const auto below = static_cast<size_t>(place);
  const size_t above = std::min(below + 1, values.size() - 1);
  return values[below] + (place - static_cast<double>(below)) * (values[above] - values[below]);
}

std::vector<Interval> bootstrap_intervals(const std::vector<StudySums>& studies,
                                          const BootstrapOptions& options) {
  return intervals_of(resampled_metrics(studies, options));
}

std::vector<Interval> paired_intervals(const std::vector<StudySums>& first,
                                       const std::vector<StudySums>& second,
                                       const BootstrapOptions& options) {
  SLAVA_CHECK_EQ(first.size(), second.size());
  std::vector<std::vector<double>> differences = resampled_metrics(first, options);
  const std::vector<std::vector<double>> others = resampled_metrics(second, options);
  for (size_t i = 0; i < differences.size(); ++i) {
    for (size_t j = 0; j < differences[i].size(); ++j) differences[i][j] -= others[i][j];
  }
  return intervals_of(differences);
}

}  // namespace slava
