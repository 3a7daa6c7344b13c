// What the goldens do not show: the METEOR-like score, label arithmetic, adding up.
#include <gtest/gtest.h>

#include <cmath>

#include "evaluate/meteor_like.h"
#include "evaluate/rouge.h"
#include "evaluate/text_scorer.h"

namespace slava {
namespace {

double meteor(const std::string& prediction, const std::string& reference) {
  Vocabulary vocabulary;
  const Tokens a = vocabulary.tokens(prediction);
  const Tokens b = vocabulary.tokens(reference);
  return meteor_exact_stem(a, b, vocabulary);
}

double value_of(const StudySums& sums, const std::string& name) {
  for (const MetricValue& metric : metrics_of(sums)) {
    if (metric.name == name) return metric.value;
  }
  ADD_FAILURE() << name << " is no metric";
  return -1;
}

TEST(MeteorExactStem, EqualTextsScoreOneAndDisjointOnesNothing) {
  EXPECT_DOUBLE_EQ(meteor("no pleural effusion", "no pleural effusion"), 1);
  EXPECT_DOUBLE_EQ(meteor("clear", "effusion"), 0);
  EXPECT_DOUBLE_EQ(meteor("", "effusion"), 0);
  EXPECT_DOUBLE_EQ(meteor("effusion", ""), 0);
}

TEST(MeteorExactStem, AStemCountsSixTenths) {
  EXPECT_NEAR(meteor("effusions", "effusion"), 0.6, 1e-12);
  EXPECT_DOUBLE_EQ(meteor("opacity", "opacities"), 0.6);
}

TEST(MeteorExactStem, ATextInTwoChunksIsWorthLessThanInOne) {
  // Four matches in two chunks: penalty 0.6 * (2 / 4)^0.2.
  EXPECT_NEAR(meteor("c d a b", "a b c d"), 1 - 0.6 * std::pow(0.5, 0.2), 1e-12);
  EXPECT_LT(meteor("d c b a", "a b c d"), meteor("c d a b", "a b c d"));
}

TEST(MeteorExactStem, APairGoesToTheWordThatContinuesTheChunk) {
  // The second "no" of the reference goes on after "effusion"; pairing the first would cut it.
  EXPECT_NEAR(
      meteor("effusion no mass", "no effusion no mass"),
      [] {
        const double precision = 1;
        const double recall = 0.75;
        return precision * recall / (0.85 * precision + 0.15 * recall) *
               (1 - 0.6 * std::pow(1.0 / 3, 0.2));
      }(),
      1e-12);
}

TEST(MeteorExactStem, RecallWeighsMore) {
  EXPECT_GT(meteor("a b c d", "a b"), meteor("a b", "a b c d"));
}

TEST(RougeLCoco, TwoEmptyTextsAreEqual) {
  EXPECT_DOUBLE_EQ(rouge_l_coco({}, {}), 1);
  EXPECT_DOUBLE_EQ(rouge_l_coco({}, {1}), 0);
  EXPECT_DOUBLE_EQ(rouge_l_coco({1}, {}), 0);
}

TEST(TextScorer, AnEmptyPredictionScoresNothing) {
  TextScorer scorer({"lungs are clear .", "no effusion ."});
  const StudySums sums = scorer.score(0, "");
  for (const char* name : {"bleu_1", "rouge_1", "rouge_l", "rouge_l_coco", "cider_d",
                           "meteor_exact_stem", "length_ratio"}) {
    EXPECT_NEAR(value_of(sums, std::string("metrics/") + name), 0, 1e-9) << name;
  }
}

TEST(StudySums, AddingIsByElement) {
  StudySums a;
  a.studies = 1;
  a.bleu.reference_words = 5;
  a.labels[1][13].reference_only = 2;
  a.label_differences = 3;
  StudySums b = a;
  b.add(a);
  EXPECT_EQ(b.studies, 2);
  EXPECT_EQ(b.bleu.reference_words, 10);
  EXPECT_EQ(b.labels[1][13].reference_only, 4);
  EXPECT_EQ(b.label_differences, 6);
  EXPECT_EQ(b.rouge_l, 0);
}

TEST(StudySums, LabelScoresFollowFromCounts) {
  StudySums sums;
  sums.studies = 10;
  auto& labels = sums.labels[static_cast<size_t>(UncertainAs::kNegative)];
  labels[static_cast<size_t>(Label::kCardiomegaly)] = {3, 1, 0};  // P .75, R 1
  labels[static_cast<size_t>(Label::kFracture)] = {1, 0, 3};      // P 1, R .25
  const std::string path = "labels/uncertain_as_negative";
  EXPECT_DOUBLE_EQ(value_of(sums, path + "/per_label/Cardiomegaly/precision"), 0.75);
  EXPECT_DOUBLE_EQ(value_of(sums, path + "/per_label/Fracture/recall"), 0.25);
  EXPECT_DOUBLE_EQ(value_of(sums, path + "/per_label/Fracture/support"), 4);
  EXPECT_DOUBLE_EQ(value_of(sums, path + "/micro_f1_14"), 8.0 / 12);
  EXPECT_DOUBLE_EQ(value_of(sums, path + "/micro_f1_5"), 6.0 / 7);
  EXPECT_DOUBLE_EQ(value_of(sums, path + "/macro_f1_5"), 6.0 / 7 / 5);
  EXPECT_DOUBLE_EQ(value_of(sums, path + "/macro_f1_8"), 6.0 / 7 / 8);
  EXPECT_DOUBLE_EQ(value_of(sums, path + "/macro_f1_14"), (6.0 / 7 + 2.0 / 5) / 14);
  EXPECT_DOUBLE_EQ(value_of(sums, "labels/uncertain_as_positive/micro_f1_14"), 0);
  EXPECT_TRUE(std::isnan(value_of(sums, "labels/sides/right"))) << "nothing to divide by";
}

}  // namespace
}  // namespace slava
