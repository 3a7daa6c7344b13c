#include "recognition/recognition.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/json_fields.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

Result<std::vector<RecognitionTarget>> parse_targets(const json& recognition, const char* key) {
  const json list = recognition.is_object() ? recognition.value(key, json()) : json();
  if (!list.is_array()) {
    return fail(ErrorKind::kModel, cat("recognition.", key, " is missing; expected a list"));
  }
  std::vector<RecognitionTarget> targets;
  for (const json& entry : list) {
    JsonFields fields(entry, cat("recognition.", key));
    RecognitionTarget target{fields.text("name"), std::nullopt};
    SLAVA_TRY_STATUS(fields.finish());
    const json threshold = entry.value("threshold", json());
    if (!threshold.is_null() && !threshold.is_number()) {
      return fail(ErrorKind::kModel, cat("recognition.", key, ": the threshold of ", target.name,
                                         " is ", threshold.dump(), "; expected a number or null"));
    }
    if (threshold.is_number()) target.threshold = threshold.get<double>();
    targets.push_back(std::move(target));
  }
  return targets;
}

json to_json(const std::vector<RecognitionTarget>& targets) {
  json list = json::array();
  for (const RecognitionTarget& target : targets) {
    list.push_back({{"name", target.name},
                    {"threshold", target.threshold ? json(*target.threshold) : json()}});
  }
  return list;
}

// How far a score is above its threshold.
std::optional<double> margin(const RecognitionTarget& target, float score) {
  if (!target.threshold) return std::nullopt;
  return score - *target.threshold;
}

// Place of `observation` among the sided targets; their number where it is none of them.
size_t sided_target(const RecognitionConfig& config, const std::string& observation) {
  const auto found = std::ranges::find(config.sides, observation, &RecognitionTarget::name);
  return static_cast<size_t>(found - config.sides.begin());
}

// The side that a report tells: one that is clear enough, both, or none.
FindingSide told_side(const RecognitionConfig& config, const RecognitionScores& scores,
                      const std::string& observation) {
  const size_t at = sided_target(config, observation);
  if (at == config.sides.size() || scores.left.empty()) return FindingSide::kNone;
  if (std::abs(scores.left_against_right[at]) >= config.side_margin) {
    return likelier_side(config, scores, observation);
  }
  const auto threshold = config.sides[at].threshold;
  const bool both = threshold && scores.left[at] > *threshold && scores.right[at] > *threshold;
  return both ? FindingSide::kBilateral : FindingSide::kNone;
}

}  // namespace

Result<RecognitionConfig> parse_recognition_config(const json& recognition) {
  RecognitionConfig config;
  SLAVA_TRY(config.labels, parse_targets(recognition, "labels"));
  SLAVA_TRY(config.observations, parse_targets(recognition, "observations"));
  SLAVA_TRY(config.sides, parse_targets(recognition, "sides"));
  JsonFields fields(recognition, "recognition");
  config.side_margin = fields.number_or("side_margin", 0);
  config.certain_margin = fields.number_or("certain_margin", 0);
  config.most_signs = static_cast<size_t>(
      fields.integer_or("most_signs", static_cast<int64_t>(config.most_signs), 1, 1000));
  SLAVA_TRY_STATUS(fields.finish());
  if (!std::ranges::equal(config.labels, label_names(), {}, &RecognitionTarget::name)) {
    return fail(ErrorKind::kModel,
                cat("recognition.labels must be the ", kLabelCount, " CheXpert labels from \"",
                    label_names().front(), "\" to \"", label_names().back(), "\", in order"));
  }
  for (const auto* targets : {&config.observations, &config.sides}) {
    for (const RecognitionTarget& target : *targets) {
      if (target.name == kNotAssessable || find_observation(target.name) != nullptr) continue;
      return fail(ErrorKind::kModel,
                  cat("recognition names \"", target.name, "\", which is no observation"));
    }
  }
  return config;
}

nlohmann::ordered_json to_json(const RecognitionConfig& config) {
  return {{"labels", to_json(config.labels)},        {"observations", to_json(config.observations)},
          {"sides", to_json(config.sides)},          {"side_margin", config.side_margin},
          {"certain_margin", config.certain_margin}, {"most_signs", config.most_signs}};
}

FindingSide likelier_side(const RecognitionConfig& config, const RecognitionScores& scores,
                          const std::string& observation) {
  if (scores.left_against_right.empty()) return FindingSide::kNone;
  const float left = scores.left_against_right[sided_target(config, observation)];
  return left > 0 ? FindingSide::kLeft : FindingSide::kRight;
}

std::vector<Sign> recognised_signs(const RecognitionConfig& config,
                                   const RecognitionScores& scores) {
  SLAVA_CHECK_EQ(scores.labels.size(), config.labels.size());
  SLAVA_CHECK_EQ(scores.observations.size(), config.observations.size());
  const auto label_margin = [&](Label label) {
    const auto at = static_cast<size_t>(label);
    return margin(config.labels[at], scores.labels[at]);
  };
  const bool no_finding = label_margin(Label::kNoFinding).value_or(-1) > 0;
  constexpr double kLowest = std::numeric_limits<double>::lowest();

  std::vector<Sign> signs;
  const auto tell = [&](const std::string& name, double above) {
    signs.push_back({name, told_side(config, scores, name), above < config.certain_margin});
  };
  std::vector<std::pair<double, const std::string*>> unlabelled;  // above their thresholds
  // Of each label its strongest observation; of the observations without a label the nearest.
  std::vector<std::pair<double, const std::string*>> strongest(kLabelCount, {kLowest, nullptr});
  std::pair<double, const std::string*> nearest{kLowest, nullptr};
  for (size_t i = 0; i < config.observations.size(); ++i) {
    const RecognitionTarget& target = config.observations[i];
    const auto above = margin(target, scores.observations[i]);
    if (target.name == kNotAssessable) {
      if (above.value_or(-1) > 0) return {{std::string(kNotAssessable), FindingSide::kNone}};
      continue;
    }
    const auto label = find_observation(target.name)->label;
    if (label) {
      auto& best = strongest[static_cast<size_t>(*label)];
      if (const double strength = above.value_or(kLowest / 2); strength > best.first) {
        best = {strength, &target.name};
      }
    } else if (above && !no_finding) {
      if (*above > 0) unlabelled.emplace_back(*above, &target.name);
      if (*above > nearest.first) nearest = {*above, &target.name};
    }
  }
  bool has_finding = !unlabelled.empty();
  for (size_t i = 0; i < kLabelCount; ++i) {
    const auto label = static_cast<Label>(i);
    if (no_finding && label != Label::kSupportDevices) continue;
    const double above = label_margin(label).value_or(-1);
    if (above <= 0 || strongest[i].second == nullptr) continue;
    tell(*strongest[i].second, above);
    has_finding = has_finding || label != Label::kSupportDevices;
  }
  std::ranges::stable_sort(unlabelled, std::greater(), [](const auto& u) { return u.first; });
  for (const auto& [above, name] : unlabelled) tell(*name, above);
  if (signs.size() > config.most_signs) signs.resize(config.most_signs);
  if (!no_finding && !has_finding && nearest.second != nullptr) {
    signs.push_back({*nearest.second, told_side(config, scores, *nearest.second), true});
  }
  return in_report_order(signs);
}

}  // namespace slava
