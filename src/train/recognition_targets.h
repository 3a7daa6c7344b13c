// What the reports of a data set say, as targets of the recognition head. No pixels here.
#pragma once

#include <array>
#include <map>
#include <string>
#include <vector>

#include "nn/torch.h"
#include "recognition/recognition.h"
#include "train/dataset.h"

namespace slava {

// What an item's report says: its reference, or the answer where it has none.
struct ReportSigns {
  std::array<LabelState, kLabelCount> labels{};
  std::map<std::string, FindingSide, std::less<>> signs;
  bool not_assessable = false;
};

ReportSigns read_report(const DatasetItem& item);
ReportSigns read_report(const std::string& text);

// The labels, and the observations and sides that enough of the reports tell; no thresholds yet,
// but an even chance for kNotAssessable.
RecognitionConfig choose_targets(const std::vector<ReportSigns>& reports);

// [items, 14]: 1 where the report affirms the label, certain or not, else 0.
Tensor label_targets_of(const std::vector<ReportSigns>& reports);

// [items, K], labels first: 1 where the report affirms the label or observation, certain or not,
// else 0.
Tensor targets_of(const RecognitionConfig& config, const std::vector<ReportSigns>& reports);

// [items, 2, S] for the patient's left and right: 1 where the report tells that side, NaN where it
// tells the observation without a side, else 0.
Tensor half_targets_of(const RecognitionConfig& config, const std::vector<ReportSigns>& reports);

// [items, S + 1]: 1 where the report tells the observation on the left alone, 0 where on the right
// alone, else NaN. The last column is of all observations that are no sided target, where they
// agree.
Tensor one_side_targets_of(const RecognitionConfig& config,
                           const std::vector<ReportSigns>& reports);

}  // namespace slava
