#include "train/threshold.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace slava {

double best_f1_threshold(const std::vector<float>& scores, const std::vector<bool>& positive) {
  SLAVA_CHECK_EQ(scores.size(), positive.size());
  if (scores.empty()) return 0;
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::ranges::stable_sort(order, [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  const auto all = static_cast<double>(std::ranges::count(positive, true));
  double found = 0, best = 0;
  double threshold = scores[order.front()];
  for (size_t n = 0; n < order.size(); ++n) {
    found += positive[order[n]] ? 1 : 0;
    const bool is_last = n + 1 == order.size();
    // Equal scores stand on one side of any threshold.
    if (!is_last && scores[order[n + 1]] == scores[order[n]]) continue;
    const double f1 = 2 * found / (static_cast<double>(n + 1) + all);
    if (f1 <= best) continue;
    best = f1;
    const float below = is_last ? scores[order[n]] - 1 : scores[order[n + 1]];
    threshold = (static_cast<double>(scores[order[n]]) + below) / 2;
  }
  return threshold;
}

double quantile(std::vector<float> scores, double share) {
  if (scores.empty()) return 0;
  std::ranges::sort(scores);
  const auto at = static_cast<size_t>(share * static_cast<double>(scores.size() - 1));
  return scores[at];
}

double margin_for_precision(std::vector<Decision> decisions, double precision) {
  if (decisions.empty()) return 0;
  std::ranges::sort(decisions,
                    [](const Decision& a, const Decision& b) { return a.margin > b.margin; });
  double margin = decisions.front().margin + 1;
  double right = 0;
  for (size_t n = 0; n < decisions.size(); ++n) {
    right += decisions[n].is_right ? 1 : 0;
    if (right >= precision * static_cast<double>(n + 1)) margin = decisions[n].margin;
  }
  return margin;
}

}  // namespace slava
