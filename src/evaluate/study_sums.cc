#include "evaluate/study_sums.h"

#include <cmath>
#include <limits>
#include <type_traits>

#include "base/strings.h"

namespace slava {
namespace {

double ratio(double part, double whole) {
  return whole > 0 ? part / whole : std::numeric_limits<double>::quiet_NaN();
}

double or_zero(double part, double whole) { return whole > 0 ? part / whole : 0; }

LabelCounts sum_of(const std::array<LabelCounts, kLabelCount>& labels,
                   const std::vector<Label>& which) {
  LabelCounts sum;
  for (const Label label : which) {
    const LabelCounts& counts = labels[static_cast<size_t>(label)];
    sum.both += counts.both;
    sum.predicted_only += counts.predicted_only;
    sum.reference_only += counts.reference_only;
  }
  return sum;
}

double mean_f1(const std::array<LabelCounts, kLabelCount>& labels,
               const std::vector<Label>& which) {
  double sum = 0;
  for (const Label label : which) sum += f1_of(labels[static_cast<size_t>(label)]);
  return sum / static_cast<double>(which.size());
}

std::vector<Label> all_labels() {
  std::vector<Label> all;
  for (size_t i = 0; i < kLabelCount; ++i) all.push_back(static_cast<Label>(i));
  return all;
}

class MetricList {
 public:
  void add(const std::string& name, double value, Better better = Better::kHigher) {
    values.push_back({name, value, better});
  }

  void add_scores(const std::string& path, const LabelCounts& counts) {
    add(path + "/precision", precision_of(counts));
    add(path + "/recall", recall_of(counts));
    add(path + "/f1", f1_of(counts));
    add(path + "/support", counts.both + counts.reference_only, Better::kNeither);
  }

  void add_details(const std::string& path, const DetailCounts& counts) {
    const double all = counts.right + counts.wrong + counts.omitted;
    add(path + "/right", ratio(counts.right, all));
    add(path + "/wrong", ratio(counts.wrong, all), Better::kLower);
    add(path + "/omitted", ratio(counts.omitted, all), Better::kLower);
    add(path + "/findings", all, Better::kNeither);
  }

  std::vector<MetricValue> values;
};

void add_text_metrics(const StudySums& sums, MetricList& list) {
  const auto corpus = bleu(sums.bleu);
  for (size_t i = 0; i < kMaxOrder; ++i) list.add(cat("metrics/bleu_", i + 1), corpus[i]);
  for (size_t i = 0; i < kMaxOrder; ++i) {
    list.add(cat("metrics/sentence_bleu_", i + 1), or_zero(sums.sentence_bleu[i], sums.studies));
  }
  list.add("metrics/rouge_1", or_zero(sums.rouge_1, sums.studies));
  list.add("metrics/rouge_2", or_zero(sums.rouge_2, sums.studies));
  list.add("metrics/rouge_l", or_zero(sums.rouge_l, sums.studies));
  list.add("metrics/rouge_l_coco", or_zero(sums.rouge_l_coco, sums.studies));
  list.add("metrics/cider_d", or_zero(sums.cider_d, sums.studies));
  list.add("metrics/meteor_exact_stem", or_zero(sums.meteor_exact_stem, sums.studies));
  list.add("metrics/length_ratio", ratio(sums.bleu.prediction_words, sums.bleu.reference_words),
           Better::kNeither);
}

}  // namespace

void StudySums::add(const StudySums& other) {
  static_assert(std::is_trivially_copyable_v<StudySums>);
  static_assert(sizeof(StudySums) % sizeof(double) == 0);
  auto* to = reinterpret_cast<double*>(this);
  const auto* from = reinterpret_cast<const double*>(&other);
  for (size_t i = 0; i < sizeof(StudySums) / sizeof(double); ++i) to[i] += from[i];
}

double precision_of(const LabelCounts& counts) {
  return or_zero(counts.both, counts.both + counts.predicted_only);
}

double recall_of(const LabelCounts& counts) {
  return or_zero(counts.both, counts.both + counts.reference_only);
}

double f1_of(const LabelCounts& counts) {
  return or_zero(2 * counts.both, 2 * counts.both + counts.predicted_only + counts.reference_only);
}

const std::array<Label, 5>& five_labels() {
  static const std::array<Label, 5> five{Label::kCardiomegaly, Label::kEdema, Label::kConsolidation,
                                         Label::kAtelectasis, Label::kPleuralEffusion};
  return five;
}

const std::array<Label, 8>& eight_labels() {
  static const std::array<Label, 8> eight{Label::kNoFinding,    Label::kLungOpacity,
                                          Label::kLungLesion,   Label::kSupportDevices,
                                          Label::kCardiomegaly, Label::kEnlargedCardiomediastinum,
                                          Label::kAtelectasis,  Label::kPleuralEffusion};
  return eight;
}

std::vector<MetricValue> metrics_of(const StudySums& sums) {
  MetricList list;
  add_text_metrics(sums, list);

  const std::vector<Label> all = all_labels();
  const std::vector<Label> eight(eight_labels().begin(), eight_labels().end());
  const std::vector<Label> five(five_labels().begin(), five_labels().end());
  list.add("labels/differences_per_study", or_zero(sums.label_differences, sums.studies),
           Better::kLower);
  for (const UncertainAs way : kUncertainWays) {
    const std::string path = way == UncertainAs::kNegative ? "labels/uncertain_as_negative"
                                                           : "labels/uncertain_as_positive";
    const auto& labels = sums.labels[static_cast<size_t>(way)];
    list.add(path + "/micro_f1_14", f1_of(sum_of(labels, all)));
    list.add(path + "/macro_f1_14", mean_f1(labels, all));
    list.add(path + "/micro_f1_5", f1_of(sum_of(labels, five)));
    list.add(path + "/macro_f1_5", mean_f1(labels, five));
    list.add(path + "/macro_f1_8", mean_f1(labels, eight));
    for (size_t i = 0; i < kLabelCount; ++i) {
      list.add_scores(cat(path, "/per_label/", label_names()[i]), labels[i]);
    }
  }
  list.add_scores("labels/abnormal", sums.abnormal);
  list.add("labels/abnormal/specificity",
           ratio(sums.both_normal, sums.both_normal + sums.abnormal.predicted_only));
  list.add_details("labels/sides", sums.sides);
  list.add_details("labels/sections", sums.sections);
  return list.values;
}

}  // namespace slava
