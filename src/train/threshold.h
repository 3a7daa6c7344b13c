// Where to cut a score into yes and no, on items whose answer is known.
#pragma once

#include <vector>

namespace slava {

// The threshold with the highest F1: half way between the scores beside it. 0 without scores; with
// scores and no positive, the highest score.
double best_f1_threshold(const std::vector<float>& scores, const std::vector<bool>& positive);

// The score below which this share of `scores` lies; 0 without scores.
double quantile(std::vector<float> scores, double share);

// A decision: how clear it was and whether it was right.
struct Decision {
  double margin;
  bool is_right;
};

// Smallest margin above which at least `precision` of the decisions are right; above all margins
// when there is none.
double margin_for_precision(std::vector<Decision> decisions, double precision);

}  // namespace slava
