// Where the recognition head's scores are cut, and how clear a side must be: set on validation
// items.
#pragma once

#include "nn/torch.h"
#include "recognition/recognition.h"

namespace slava {

// Scores and what the reports say, of the same shape; NaN: unknown.
struct Judged {
  Tensor scores;
  Tensor labels;
};

// Thresholds of labels and observations and `certain_margin`, of [studies, K].
void set_thresholds(RecognitionConfig& config, const Judged& all);

// How often the likelier side is the told one.
struct SideCount {
  size_t right = 0;
  size_t one_sided = 0;
  size_t both_sided = 0;
};

// Thresholds of the halves [studies, 2, S], and `side_margin` of the left against the right
// [studies, S + 1].
SideCount set_side_thresholds(RecognitionConfig& config, const Judged& halves, const Judged& sides);

}  // namespace slava
