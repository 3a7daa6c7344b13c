// What one study adds to every metric, as numbers that add up over studies; and the metrics of such
// a sum. A bootstrap resample is then no more than additions.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "evaluate/bleu.h"
#include "findings/findings.h"

namespace slava {

// True positives, false positives and false negatives of one label.
struct LabelCounts {
  double both = 0;
  double predicted_only = 0;
  double reference_only = 0;
};

// How often a detail of a finding that both texts have is the same.
struct DetailCounts {
  double right = 0;
  double wrong = 0;
  double omitted = 0;
};

enum class UncertainAs { kNegative, kPositive };
inline constexpr std::array<UncertainAs, 2> kUncertainWays{UncertainAs::kNegative,
                                                           UncertainAs::kPositive};

// Holds doubles alone: add() relies on it.
struct StudySums {
  double studies = 0;
  BleuCounts bleu;
  std::array<double, kMaxOrder> sentence_bleu{};
  double rouge_1 = 0;
  double rouge_2 = 0;
  double rouge_l = 0;
  double rouge_l_coco = 0;
  double cider_d = 0;
  double meteor_exact_stem = 0;
  // By UncertainAs, then by Label.
  std::array<std::array<LabelCounts, kLabelCount>, 2> labels{};
  // Abnormal is a study without No Finding.
  LabelCounts abnormal;
  double both_normal = 0;
  DetailCounts sides;
  DetailCounts sections;
  // Labels whose state (blank and negative taken as one) differs between the two texts.
  double label_differences = 0;

  void add(const StudySums& other);
};

enum class Better { kHigher, kLower, kNeither };

struct MetricValue {
  // A path: "metrics/bleu_1", "labels/uncertain_as_negative/micro_f1_14".
  std::string name;
  // NaN where there is nothing to divide by.
  double value = 0;
  Better better = Better::kHigher;
};

// Always the same names in the same order.
std::vector<MetricValue> metrics_of(const StudySums& sums);

// Precision, recall and F1 are 0 where there is nothing to divide by, as in the field's tools.
double precision_of(const LabelCounts& counts);
double recall_of(const LabelCounts& counts);
double f1_of(const LabelCounts& counts);

// CheXbert's five: Cardiomegaly, Edema, Consolidation, Atelectasis, Pleural Effusion.
const std::array<Label, 5>& five_labels();
// The eight that are frequent in the reports of IU X-ray.
const std::array<Label, 8>& eight_labels();

}  // namespace slava
