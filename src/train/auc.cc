#include "train/auc.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace slava {

std::optional<double> auc(const std::vector<float>& scores, const std::vector<bool>& positive) {
  SLAVA_CHECK_EQ(scores.size(), positive.size());
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::sort(order, {}, [&](size_t i) { return scores[i]; });
  double positives = 0, rank_sum = 0;
  for (size_t begin = 0; begin < order.size();) {
    size_t end = begin;
    while (end < order.size() && scores[order[end]] == scores[order[begin]]) ++end;
    const double mean_rank = static_cast<double>(begin + end + 1) / 2;
    for (; begin < end; ++begin) {
      if (!positive[order[begin]]) continue;
      ++positives;
      rank_sum += mean_rank;
    }
  }
  const double negatives = static_cast<double>(scores.size()) - positives;
  if (positives == 0 || negatives == 0) return std::nullopt;
  return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
}

std::optional<double> mean_auc(const Tensor& scores, const Tensor& labels, int fewest) {
  SLAVA_CHECK(scores.sizes() == labels.sizes());
  const Tensor s = scores.to(at::kFloat).contiguous();
  const Tensor l = labels.to(at::kFloat).contiguous();
  const auto score = s.accessor<float, 2>();
  const auto label = l.accessor<float, 2>();
  double sum = 0;
  int columns = 0;
  for (int64_t column = 0; column < s.size(1); ++column) {
    std::vector<float> known_scores;
    std::vector<bool> positive;
    for (int64_t row = 0; row < s.size(0); ++row) {
      if (std::isnan(label[row][column])) continue;
      known_scores.push_back(score[row][column]);
      positive.push_back(label[row][column] > 0.5F);
    }
    if (std::ranges::count(positive, true) < fewest) continue;
    const auto area = auc(known_scores, positive);
    if (!area) continue;
    sum += *area;
    ++columns;
  }
  if (columns == 0) return std::nullopt;
  return sum / columns;
}

}  // namespace slava
