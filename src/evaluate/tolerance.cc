#include "evaluate/tolerance.h"

#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/strings.h"
#include "evaluate/report_json.h"
#include "evaluate/study_sums.h"

namespace slava {
namespace {

using Json = nlohmann::json;
using Kind = Allowance::Kind;

bool fits(const std::string& pattern, const std::string& metric) {
  return pattern == metric || (pattern.ends_with("/") && metric.starts_with(pattern));
}

std::optional<Allowance> longest_fit(const std::vector<std::pair<std::string, Allowance>>& entries,
                                     const std::string& metric) {
  const std::pair<std::string, Allowance>* best = nullptr;
  for (const auto& entry : entries) {
    if (!fits(entry.first, metric)) continue;
    if (best == nullptr || entry.first.size() > best->first.size()) best = &entry;
  }
  return best == nullptr ? std::nullopt : std::optional(best->second);
}

std::optional<Allowance> allowance_of(const Json& value) {
  if (value.is_null()) return Allowance{};
  double amount = -1;
  Kind kind = Kind::kAbsolute;
  if (value.is_number()) {
    amount = value.get<double>();
  } else if (value.is_string()) {
    const std::string text = value.get<std::string>();
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
    if (error != std::errc() || std::string_view(end) != "%") return std::nullopt;
    kind = Kind::kPercent;
  }
  if (!std::isfinite(amount) || amount < 0) return std::nullopt;
  return Allowance{kind, amount};
}

}  // namespace

double Allowance::of(double before) const {
  return kind == Kind::kPercent ? std::abs(before) * amount / 100 : amount;
}

Tolerances Tolerances::defaults() {
  Tolerances tolerances;
  tolerances.defaults_ = {
      {"metrics/", {Kind::kPercent, 15}},
      {"metrics/meteor_exact_stem", {Kind::kPercent, 25}},
      {"labels/", {Kind::kAbsolute, 0.02}},
      {"labels/uncertain_as_negative/per_label/", {}},
      {"labels/uncertain_as_positive/per_label/", {}},
      {"labels/sides/", {}},
      {"labels/sides/right", {Kind::kAbsolute, 0.02}},
      {"labels/sections/", {}},
  };
  for (size_t i = 1; i <= kMaxOrder; ++i) {
    tolerances.defaults_.emplace_back(cat("metrics/sentence_bleu_", i), Allowance{});
  }
  return tolerances;
}

Result<Tolerances> Tolerances::with_overrides(std::string_view json_text,
                                              const std::string& where) {
  SLAVA_TRY(const Json document, parse_json(json_text, where));
  if (!document.is_object()) {
    return fail(ErrorKind::kInput, where + ": expected an object of metric names and tolerances");
  }
  Tolerances tolerances = defaults();
  std::vector<std::string> known;
  for (const MetricValue& metric : metrics_of({})) known.push_back(metric.name);
  for (const auto& [name, value] : document.items()) {
    bool fits_any = false;
    for (const std::string& metric : known) fits_any = fits_any || fits(name, metric);
    if (!fits_any) {
      const std::string near = closest(name, known);
      return fail(ErrorKind::kInput, cat(where, ": no metric is called ", name,
                                         near.empty() ? "" : cat("; did you mean ", near, "?")));
    }
    const auto allowance = allowance_of(value);
    if (!allowance) {
      return fail(ErrorKind::kInput, cat(where, ": ", name, " is ", value.dump(),
                                         "; expected a number from 0 on, \"5%\" or null"));
    }
    tolerances.overrides_.emplace_back(name, *allowance);
  }
  return tolerances;
}

Allowance Tolerances::of(const std::string& metric) const {
  if (const auto override_ = longest_fit(overrides_, metric)) return *override_;
  return longest_fit(defaults_, metric).value_or(Allowance{});
}

}  // namespace slava
