#include "evaluate/gate.h"

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "evaluate/evaluation_json.h"
#include "evaluate/evaluation_table.h"
#include "evaluate/report_json.h"

namespace slava {
namespace {

using Json = nlohmann::json;

// Rounding of the JSON text alone.
constexpr double kNoise = 1e-9;

Status expect_same(const Json& baseline, const Json& now, const std::string& where) {
  const std::vector<std::pair<std::string, std::string>> conditions{
      {"section", "compare the same --section"},
      {"protocol", "compare by the same --protocol"},
      {"training_reports", "give the same --train-split, or none"},
      {"references_sha256", "the references changed; make a new baseline with --save-baseline"}};
  for (const auto& [key, advice] : conditions) {
    if (baseline.value(key, Json()) == now.at(key)) continue;
    return fail(ErrorKind::kInput, cat(where, ": ", key, " is ", baseline.value(key, Json()).dump(),
                                       ", and ", now.at(key).dump(), " now; ", advice));
  }
  return {};
}

// The baseline's value of a metric, NaN for null; nothing where the file has no such metric.
Result<double> value_in(const Json& baseline, const std::string& name, const std::string& where) {
  const Json* node = &baseline;
  for (const std::string& part : split(name, '/')) {
    if (!node->is_object() || !node->contains(part)) {
      return fail(ErrorKind::kInput,
                  cat(where, ": no ", name, "; make a new baseline with --save-baseline"));
    }
    node = &(*node)[part];
  }
  const Json value = node->is_object() ? node->value("value", Json()) : *node;
  if (value.is_number()) return value.get<double>();
  return std::numeric_limits<double>::quiet_NaN();
}

Movement movement_of(double loss, double allowed) {
  if (std::abs(loss) <= kNoise) return Movement::kSame;
  if (loss < 0) return Movement::kBetter;
  return loss <= allowed + kNoise ? Movement::kWithin : Movement::kWorse;
}

GatedMetric compare(const MetricValue& metric, double before, const Allowance& allowance) {
  GatedMetric gated{metric.name, before, metric.value, 0, Movement::kSame};
  if (std::isnan(before)) {
    gated.movement = std::isnan(metric.value) ? Movement::kSame : Movement::kBetter;
    return gated;
  }
  gated.allowed = allowance.of(before);
  if (std::isnan(metric.value)) {
    gated.movement = Movement::kWorse;
    return gated;
  }
  const double rise = metric.value - before;
  gated.movement = movement_of(metric.better == Better::kLower ? rise : -rise, gated.allowed);
  return gated;
}

}  // namespace

std::string_view name_of(Movement movement) {
  switch (movement) {
    case Movement::kSame:
      return "same";
    case Movement::kBetter:
      return "better";
    case Movement::kWithin:
      return "within tolerance";
    case Movement::kWorse:
      return "worse";
  }
  return "";
}

Result<GateVerdict> compare_with_baseline(const Evaluation& now, std::string_view baseline,
                                          const std::string& where, const Tolerances& tolerances) {
  SLAVA_TRY(const Json before, parse_json(baseline, where));
  if (!before.is_object() || before.value("schema", Json()) != kEvaluationSchema) {
    return fail(ErrorKind::kInput,
                cat(where, ": no baseline; expected a file by --save-baseline with schema ",
                    kEvaluationSchema));
  }
  const Json current = Json::parse(evaluation_json(now).dump());
  SLAVA_TRY_STATUS(expect_same(before, current, where));

  GateVerdict verdict;
  SLAVA_TRY(const double n_before, value_in(before, "n", where));
  const MetricValue n{"n", static_cast<double>(now.joined.pairs.size()), Better::kHigher};
  verdict.metrics.push_back(compare(n, n_before, {Allowance::Kind::kAbsolute, 0}));
  for (const Score& score : now.predictions.scores) {
    const Allowance allowance = tolerances.of(score.metric.name);
    if (allowance.kind == Allowance::Kind::kNotGated || score.metric.better == Better::kNeither) {
      continue;
    }
    SLAVA_TRY(const double value, value_in(before, score.metric.name, where));
    verdict.metrics.push_back(compare(score.metric, value, allowance));
  }
  for (const GatedMetric& metric : verdict.metrics) {
    if (metric.movement == Movement::kWorse) verdict.passed = false;
  }
  return verdict;
}

std::string gate_text(const GateVerdict& verdict) {
  std::string text;
  size_t same = 0;
  for (const GatedMetric& metric : verdict.metrics) {
    if (metric.movement == Movement::kSame) {
      ++same;
      continue;
    }
    text +=
        cat(name_of(metric.movement), ": ", metric.name, " ", three_digits(metric.before), " -> ",
            three_digits(metric.now), " (may get worse by ", three_digits(metric.allowed), ")\n");
  }
  return cat("Against the baseline: ", verdict.passed ? "passed" : "FAILED", "; ", same, " of ",
             verdict.metrics.size(), " metrics are the same\n", text);
}

nlohmann::ordered_json gate_json(const GateVerdict& verdict) {
  const auto number = [](double value) {
    return std::isfinite(value) ? nlohmann::ordered_json(value) : nlohmann::ordered_json(nullptr);
  };
  nlohmann::ordered_json metrics = nlohmann::ordered_json::array();
  for (const GatedMetric& metric : verdict.metrics) {
    metrics.push_back({{"name", metric.name},
                       {"before", number(metric.before)},
                       {"now", number(metric.now)},
                       {"may_get_worse_by", metric.allowed},
                       {"movement", name_of(metric.movement)}});
  }
  return {{"passed", verdict.passed}, {"metrics", std::move(metrics)}};
}

}  // namespace slava
