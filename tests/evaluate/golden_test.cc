// The text metrics against what pycocoevalcap and rouge-score say of the same pairs
// (scripts/make_metric_golden.py).
#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "evaluate/text_scorer.h"

namespace slava {
namespace {

constexpr double kTolerance = 1e-6;

using Scores = std::map<std::string, double>;

Scores scores_of(const StudySums& sums) {
  Scores scores;
  for (const MetricValue& metric : metrics_of(sums)) {
    const std::string prefix = "metrics/";
    if (metric.name.starts_with(prefix)) scores[metric.name.substr(prefix.size())] = metric.value;
  }
  return scores;
}

void expect_equal(const nlohmann::json& expected, const Scores& scores, const std::string& where) {
  for (const auto& [name, value] : expected.items()) {
    ASSERT_TRUE(scores.contains(name)) << name;
    EXPECT_NEAR(scores.at(name), value.get<double>(), kTolerance) << where << ": " << name;
  }
}

class MetricGolden : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const auto text =
        read_file(std::string(SLAVA_SOURCE_DIR "/tests/golden/metrics/") + GetParam() + ".json");
    ASSERT_TRUE(text) << text.error();
    golden_ = nlohmann::json::parse(*text);
    std::vector<std::string> references;
    for (const auto& pair : golden_["pairs"]) references.push_back(pair["reference"]);
    TextScorer scorer(references);
    for (size_t i = 0; i < references.size(); ++i) {
      sums_.push_back(scorer.score(i, golden_["pairs"][i]["prediction"]));
    }
  }

  nlohmann::json golden_;
  std::vector<StudySums> sums_;
};

TEST_P(MetricGolden, EachPairScoresAsPublished) {
  ASSERT_GE(sums_.size(), 10u);
  for (size_t i = 0; i < sums_.size(); ++i) {
    const auto& pair = golden_["pairs"][i];
    ASSERT_GE(pair["scores"].size(), 9u);
    expect_equal(pair["scores"], scores_of(sums_[i]), pair["prediction"]);
  }
}

TEST_P(MetricGolden, TheCorpusScoresAsPublished) {
  StudySums all;
  for (const StudySums& sums : sums_) all.add(sums);
  ASSERT_GE(golden_["corpus"].size(), 13u);
  expect_equal(golden_["corpus"], scores_of(all), "corpus");
}

INSTANTIATE_TEST_SUITE_P(Corpora, MetricGolden,
                         testing::Values("varied", "constant", "edges", "unrelated"),
                         [](const auto& info) { return std::string(info.param); });

}  // namespace
}  // namespace slava
