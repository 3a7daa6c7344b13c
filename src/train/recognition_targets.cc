#include "train/recognition_targets.h"

#include <algorithm>
#include <limits>
#include <set>

#include "recognition/signed_text.h"

namespace slava {
namespace {

// An observation, or a side of one, with fewer positives in training is no target.
constexpr int kFewestTrained = 12;
constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();

bool is_on(FindingSide side, FindingSide half) {
  return side == half || side == FindingSide::kBilateral;
}

}  // namespace

ReportSigns read_report(const DatasetItem& item) {
  return read_report(item.reference.empty() ? item.answer : item.reference);
}

ReportSigns read_report(const std::string& text) {
  ReportSigns read;
  const auto findings = extract_findings(text);
  read.labels = chexpert_labels(findings);
  for (const Sign& sign : signs_of(findings)) read.signs[sign.observation] = sign.side;
  const auto told = signs_of_sentence(text, ReportSection::kUnknown);
  read.not_assessable = !told.empty() && told.front().observation == kNotAssessable;
  return read;
}

RecognitionConfig choose_targets(const std::vector<ReportSigns>& reports) {
  RecognitionConfig config;
  for (const std::string_view name : label_names()) {
    config.labels.push_back({std::string(name), std::nullopt});
  }
  std::map<std::string_view, int> shown, left, right;
  int blanks = 0;
  for (const ReportSigns& report : reports) {
    blanks += report.not_assessable ? 1 : 0;
    for (const auto& [name, side] : report.signs) {
      ++shown[name];
      if (is_on(side, FindingSide::kLeft)) ++left[name];
      if (is_on(side, FindingSide::kRight)) ++right[name];
    }
  }
  for (const ObservationName& observation : observation_names()) {
    const std::string name(observation.name);
    if (shown[observation.name] >= kFewestTrained) {
      config.observations.push_back({name, std::nullopt});
    }
    if (left[observation.name] >= kFewestTrained && right[observation.name] >= kFewestTrained) {
      config.sides.push_back({name, std::nullopt});
    }
  }
  if (blanks >= kFewestTrained) {
    config.observations.push_back({std::string(kNotAssessable), 0.0});
  }
  return config;
}

Tensor label_targets_of(const std::vector<ReportSigns>& reports) {
  std::vector<Tensor> rows;
  for (const ReportSigns& report : reports) {
    std::vector<float> row;
    for (const LabelState state : report.labels) {
      const bool affirmed = state == LabelState::kPositive || state == LabelState::kUncertain;
      row.push_back(affirmed && !report.not_assessable ? 1.F : 0.F);
    }
    rows.push_back(at::tensor(row));
  }
  return at::stack(rows);
}

Tensor targets_of(const RecognitionConfig& config, const std::vector<ReportSigns>& reports) {
  std::vector<Tensor> rows;
  for (const ReportSigns& report : reports) {
    std::vector<float> row;
    for (const RecognitionTarget& observation : config.observations) {
      const bool shown = observation.name == kNotAssessable
                             ? report.not_assessable
                             : report.signs.contains(observation.name);
      row.push_back(shown ? 1.F : 0.F);
    }
    rows.push_back(at::tensor(row));
  }
  return at::cat({label_targets_of(reports), at::stack(rows)}, 1);
}

Tensor half_targets_of(const RecognitionConfig& config, const std::vector<ReportSigns>& reports) {
  std::vector<Tensor> rows;
  for (const ReportSigns& report : reports) {
    std::vector<float> row;
    for (const FindingSide half : {FindingSide::kLeft, FindingSide::kRight}) {
      for (const RecognitionTarget& target : config.sides) {
        const auto found = report.signs.find(target.name);
        row.push_back(found == report.signs.end()           ? 0.F
                      : found->second == FindingSide::kNone ? kUnknown
                      : is_on(found->second, half)          ? 1.F
                                                            : 0.F);
      }
    }
    rows.push_back(at::tensor(row).view({2, -1}));
  }
  return at::stack(rows);
}

Tensor one_side_targets_of(const RecognitionConfig& config,
                           const std::vector<ReportSigns>& reports) {
  std::vector<Tensor> rows;
  for (const ReportSigns& report : reports) {
    std::vector<float> row(config.sides.size() + 1, kUnknown);
    std::set<FindingSide> others;
    for (const auto& [name, side] : report.signs) {
      if (side != FindingSide::kLeft && side != FindingSide::kRight) continue;
      const auto target = std::ranges::find(config.sides, name, &RecognitionTarget::name);
      if (target == config.sides.end()) {
        others.insert(side);
      } else {
        row[static_cast<size_t>(target - config.sides.begin())] = side == FindingSide::kLeft;
      }
    }
    if (others.size() == 1) row.back() = *others.begin() == FindingSide::kLeft;
    rows.push_back(at::tensor(row));
  }
  return at::stack(rows);
}

}  // namespace slava
