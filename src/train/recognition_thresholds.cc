#include "train/recognition_thresholds.h"

#include <algorithm>
#include <cmath>

#include "train/label_f1.h"
#include "train/threshold.h"

namespace slava {
namespace {

// A threshold is set on at least so many positives of the validation items; a label's on
// kFewestPositives.
constexpr int kFewestObservations = 3;
// The share of the rarest observations' scores that stays below their threshold.
constexpr double kRareQuantile = 0.99;
// A threshold of highest F1 may tell what is hardly seen of nearly everybody: a label is told of at
// most so many times the studies that have it.
constexpr double kMostTold = 2;
// And "normal" of hardly more than are: what is called normal is looked at less.
constexpr double kMostNormal = 1.15;
// An observation that no label asks for is told where at least so many of its tellings are right.
constexpr double kObservationPrecision = 0.4;
// Share of the told sides that must be right.
constexpr double kSidePrecision = 0.75;
// And of the labels that are told as certain.
constexpr double kCertainPrecision = 0.6;

std::vector<float> column(const Tensor& scores, size_t at) {
  const Tensor c = scores.select(1, static_cast<int64_t>(at)).contiguous();
  return {c.data_ptr<float>(), c.data_ptr<float>() + c.numel()};
}

std::vector<bool> positives(const Tensor& labels, size_t at) {
  std::vector<bool> positive;
  for (const float label : column(labels, at)) positive.push_back(label == 1);
  return positive;
}

// The lowest threshold above which enough are right; above all scores where there is none.
double precise_threshold(const std::vector<float>& scores, const std::vector<bool>& positive) {
  std::vector<Decision> decisions;
  for (size_t i = 0; i < scores.size(); ++i) decisions.push_back({scores[i], positive[i]});
  return margin_for_precision(std::move(decisions), kObservationPrecision);
}

}  // namespace

void set_thresholds(RecognitionConfig& config, const Judged& all) {
  std::vector<Decision> told;
  for (size_t k = 0; k < config.labels.size() + config.observations.size(); ++k) {
    const bool is_label = k < config.labels.size();
    RecognitionTarget& target =
        is_label ? config.labels[k] : config.observations[k - config.labels.size()];
    // Validation items hold no blank films: an even chance decides.
    if (target.name == kNotAssessable) continue;
    const auto positive = positives(all.labels, k);
    const auto count = std::ranges::count(positive, true);
    const auto score = column(all.scores, k);
    if (!is_label && !find_observation(target.name)->label) {
      target.threshold = precise_threshold(score, positive);
    } else if (count >= (is_label ? kFewestPositives : kFewestObservations)) {
      const bool is_normal = is_label && target.name == name_of(Label::kNoFinding);
      const double told = (is_normal ? kMostNormal : kMostTold) * static_cast<double>(count);
      target.threshold = std::max(best_f1_threshold(score, positive),
                                  quantile(score, 1 - told / static_cast<double>(score.size())));
    } else if (!is_label) {
      target.threshold = quantile(score, kRareQuantile);
    }
    if (!is_label || !target.threshold || target.name == name_of(Label::kNoFinding)) continue;
    for (size_t i = 0; i < score.size(); ++i) {
      const double above = score[i] - *target.threshold;
      if (above > 0) told.push_back({above, positive[i]});
    }
  }
  config.certain_margin = margin_for_precision(std::move(told), kCertainPrecision);
}

SideCount set_side_thresholds(RecognitionConfig& config, const Judged& halves,
                              const Judged& sides) {
  const Tensor half_scores = halves.scores.flatten(0, 1);  // [2 studies, S]
  const Tensor half_labels = halves.labels.flatten(0, 1);
  for (size_t s = 0; s < config.sides.size(); ++s) {
    const auto positive = positives(half_labels, s);
    if (std::ranges::count(positive, true) < kFewestPositives) continue;
    config.sides[s].threshold = best_f1_threshold(column(half_scores, s), positive);
  }
  SideCount count;
  std::vector<Decision> told;  // a finding on both sides makes either one wrong
  for (size_t s = 0; s <= config.sides.size(); ++s) {
    const bool is_target = s < config.sides.size();
    const auto score = column(sides.scores, s), is_left = column(sides.labels, s);
    for (size_t i = 0; i < score.size(); ++i) {
      const auto half = [&](int64_t side) {
        return halves.labels[static_cast<int64_t>(i)][side][static_cast<int64_t>(s)].item<float>();
      };
      const bool both = is_target && half(0) == 1 && half(1) == 1;
      if (std::isnan(is_left[i]) && !both) continue;
      const bool is_right = !both && (score[i] > 0) == (is_left[i] == 1);
      (both ? count.both_sided : count.one_sided) += 1;
      count.right += is_right ? 1 : 0;
      if (is_target) told.push_back({std::abs(score[i]), is_right});
    }
  }
  config.side_margin = margin_for_precision(std::move(told), kSidePrecision);
  return count;
}

}  // namespace slava
