// Bootstrap, controls, labels of pairs.
#include <gmock/gmock.h>

#include <cmath>
#include <set>

#include "evaluate/bootstrap.h"
#include "evaluate/controls.h"
#include "evaluate/label_scores.h"

namespace slava {
namespace {

size_t index_of(const std::string& name) {
  const auto metrics = metrics_of({});
  for (size_t i = 0; i < metrics.size(); ++i) {
    if (metrics[i].name == name) return i;
  }
  ADD_FAILURE() << name;
  return 0;
}

std::vector<StudySums> coin_studies(size_t count) {
  std::vector<StudySums> studies(count);
  for (size_t i = 0; i < count; ++i) {
    studies[i].studies = 1;
    studies[i].rouge_l = i % 2 == 0 ? 1 : 0;
  }
  return studies;
}

TEST(Quantile, IsLinearBetweenNeighbours) {
  EXPECT_DOUBLE_EQ(quantile({3, 1, 2, 5, 4}, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile({0, 10}, 0.25), 2.5);
  EXPECT_DOUBLE_EQ(quantile({7}, 0.975), 7);
  EXPECT_DOUBLE_EQ(quantile({NAN, 1, 3}, 0.5), 2);
  EXPECT_TRUE(std::isnan(quantile({NAN}, 0.5)));
}

TEST(Bootstrap, TheIntervalOfAMeanIsThatOfTheory) {
  const auto intervals = bootstrap_intervals(coin_studies(400), {.resamples = 2000, .seed = 3});
  const Interval rouge = intervals[index_of("metrics/rouge_l")];
  // A mean of 400 coins: 0.5 -+ 1.96 * 0.5 / 20.
  EXPECT_NEAR(rouge.low, 0.451, 0.006);
  EXPECT_NEAR(rouge.high, 0.549, 0.006);
}

TEST(Bootstrap, TheSeedDecides) {
  const auto studies = coin_studies(50);
  const auto low = [&](uint64_t seed) {
    return bootstrap_intervals(studies,
                               {.resamples = 31, .seed = seed})[index_of("metrics/rouge_l")]
        .low;
  };
  EXPECT_EQ(low(1), low(1));
  std::set<double> lows;
  for (uint64_t seed = 0; seed < 8; ++seed) lows.insert(low(seed));
  EXPECT_GT(lows.size(), 1u);
}

TEST(Bootstrap, WithoutResamplesThereAreNoIntervals) {
  EXPECT_TRUE(std::isnan(bootstrap_intervals(coin_studies(5), {.resamples = 0, .seed = 0})[0].low));
}

TEST(Bootstrap, APairedDifferenceThatIsAlwaysTheSameHasNoSpread) {
  const auto first = coin_studies(50);
  auto second = first;
  for (StudySums& study : second) study.rouge_l -= 0.125;
  const Interval paired =
      paired_intervals(first, second, {.resamples = 99, .seed = 1})[index_of("metrics/rouge_l")];
  EXPECT_NEAR(paired.low, 0.125, 1e-12);
  EXPECT_NEAR(paired.high, 0.125, 1e-12);
}

TEST(ShuffledStudies, NoStudyKeepsItsOwnAndNoneIsLost) {
  for (const size_t count : {2u, 3u, 10u, 1000u}) {
    const auto source = shuffled_studies(count, 5);
    EXPECT_EQ(std::set<size_t>(source.begin(), source.end()).size(), count);
    for (size_t i = 0; i < count; ++i) EXPECT_NE(source[i], i);
  }
  EXPECT_THAT(shuffled_studies(1, 5), testing::ElementsAre(0u));
}

TEST(BestConstant, IsTheTextThatMostOthersShareWordsWith) {
  const std::vector<std::string> training{
      "large left effusion with collapse of the lower lobe .",
      "the lungs are clear . no effusion or pneumothorax .",
      "the lungs are clear . no pneumothorax .",
      "the lungs are clear . no effusion . old fracture of a rib .",
      "the lungs are clear . no effusion or pneumothorax is seen ."};
  EXPECT_EQ(best_constant(training, 1), 1u);
  EXPECT_EQ(best_constant({"only"}, 1), 0u);
}

StudySums scored(const std::string& prediction, const std::string& reference) {
  const auto label = [](const std::string& text) {
    return label_text({{{ReportSection::kFindings, text}}});
  };
  StudySums sums;
  sums.studies = 1;
  add_label_scores(label(prediction), label(reference), sums);
  return sums;
}

const LabelCounts& of(const StudySums& sums, Label label, UncertainAs way) {
  return sums.labels[static_cast<size_t>(way)][static_cast<size_t>(label)];
}

TEST(LabelScores, EqualTextsDifferInNothing) {
  const std::string text = "Large left pleural effusion. The heart is enlarged. No pneumothorax.";
  const StudySums sums = scored(text, text);
  EXPECT_EQ(sums.label_differences, 0);
  EXPECT_EQ(of(sums, Label::kPleuralEffusion, UncertainAs::kNegative).both, 1);
  EXPECT_EQ(of(sums, Label::kCardiomegaly, UncertainAs::kNegative).both, 1);
  EXPECT_EQ(of(sums, Label::kPneumothorax, UncertainAs::kPositive).both, 0);
  EXPECT_EQ(sums.abnormal.both, 1);
  EXPECT_EQ(sums.sides.right, 1);
}

TEST(LabelScores, AFlippedNegationIsADifference) {
  const StudySums sums = scored("There is a pneumothorax.", "There is no pneumothorax.");
  EXPECT_EQ(of(sums, Label::kPneumothorax, UncertainAs::kNegative).predicted_only, 1);
  EXPECT_EQ(of(sums, Label::kNoFinding, UncertainAs::kNegative).reference_only, 1);
  EXPECT_EQ(sums.label_differences, 2);
  EXPECT_EQ(sums.abnormal.predicted_only, 1);
}

TEST(LabelScores, UncertainCountsByTheWay) {
  const StudySums sums = scored("Possible pneumonia.", "Pneumonia is present.");
  EXPECT_EQ(of(sums, Label::kPneumonia, UncertainAs::kPositive).both, 1);
  EXPECT_EQ(of(sums, Label::kPneumonia, UncertainAs::kNegative).reference_only, 1);
  EXPECT_EQ(sums.label_differences, 1);
}

TEST(LabelScores, SidesAreRightWrongOrOmitted) {
  const std::string left = "Left pleural effusion.";
  EXPECT_EQ(scored("Right pleural effusion.", left).sides.wrong, 1);
  EXPECT_EQ(scored("Pleural effusion.", left).sides.omitted, 1);
  EXPECT_EQ(scored("Bilateral pleural effusions.", left).sides.wrong, 1);
  EXPECT_EQ(scored("Left pleural effusion. Right pleural effusion.", "Bilateral pleural effusions.")
                .sides.right,
            1);
  const StudySums unmatched = scored("No pleural effusion.", left);
  EXPECT_EQ(unmatched.sides.right + unmatched.sides.wrong + unmatched.sides.omitted, 0);
}

TEST(LabelScores, AnEmptyPredictionIsRightAboutNothing) {
  const StudySums normal = scored("", "The lungs are clear.");
  EXPECT_EQ(normal.both_normal, 0);
  EXPECT_EQ(normal.abnormal.predicted_only, 1);
  EXPECT_EQ(of(normal, Label::kNoFinding, UncertainAs::kNegative).reference_only, 1);
  const StudySums abnormal = scored(" ", "Left pleural effusion.");
  EXPECT_EQ(abnormal.abnormal.both, 0);
  EXPECT_EQ(abnormal.abnormal.reference_only, 1);
}

TEST(LabelScores, TwoNormalReportsAreNormal) {
  const StudySums sums = scored("Lungs are clear.", "No effusion or pneumothorax.");
  EXPECT_EQ(sums.both_normal, 1);
  EXPECT_EQ(of(sums, Label::kNoFinding, UncertainAs::kNegative).both, 1);
}

}  // namespace
}  // namespace slava
