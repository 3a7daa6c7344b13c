#include "train/recognition_targets.h"

#include <limits>

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
  const std::string& text = item.reference.empty() ? item.answer : item.reference;
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

Tensor targets_of(const RecognitionConfig& config, const std::vector<ReportSigns>& reports) {
  const size_t labels = config.labels.size();
  std::vector<Tensor> rows;
  for (const ReportSigns& report : reports) {
    std::vector<float> row(labels + config.observations.size(), 0);
    for (size_t l = 0; l < labels && !report.not_assessable; ++l) {
      const LabelState state = report.labels[l];
      row[l] = state == LabelState::kPositive || state == LabelState::kUncertain ? 1.F : 0.F;
    }
    for (size_t o = 0; o < config.observations.size(); ++o) {
      const std::string& name = config.observations[o].name;
      const bool shown =
          name == kNotAssessable ? report.not_assessable : report.signs.contains(name);
      row[labels + o] = shown ? 1.F : 0.F;
    }
    rows.push_back(at::tensor(row));
  }
  return at::stack(rows);
}

Tensor side_targets_of(const RecognitionConfig& config, const std::vector<ReportSigns>& reports) {
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

}  // namespace slava
