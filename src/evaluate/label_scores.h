// Two texts, as what the rules of src/findings read in them, come in; how their labels, sides and
// sections agree goes out. Not CheXbert, and not comparable with its rows.
#pragma once

#include <array>
#include <vector>

#include "evaluate/report_set.h"
#include "evaluate/study_sums.h"
#include "findings/findings.h"

namespace slava {

struct LabelledText {
  // An empty text says nothing, not even that the study is normal.
  bool empty = false;
  std::vector<Finding> findings;
  std::array<LabelState, kLabelCount> labels{};
};

LabelledText label_text(const ReportText& text);

// The label part of one study, added to `sums`. A finding counts for sides and sections once per
// observation, where both texts say that it is there; sides only where the reference names one. An
// empty prediction is right about nothing.
void add_label_scores(const LabelledText& prediction, const LabelledText& reference,
                      StudySums& sums);

// Normal is a study with No Finding.
bool is_abnormal(const std::array<LabelState, kLabelCount>& labels);

}  // namespace slava
