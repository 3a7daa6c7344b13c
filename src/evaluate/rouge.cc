#include "evaluate/rouge.h"

#include <algorithm>
#include <vector>

namespace slava {
namespace {

double f1(double common, double predicted, double referred) {
  if (common == 0) return 0;
  const double precision = common / predicted;
  const double recall = common / referred;
  return 2 * precision * recall / (precision + recall);
}

}  // namespace

size_t longest_common_subsequence(const Tokens& a, const Tokens& b) {
  // One row of the usual table; `diagonal` is the entry up and left.
  std::vector<size_t> row(b.size() + 1, 0);
  for (const Token token : a) {
    size_t diagonal = 0;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t above = row[j];
      row[j] = token == b[j - 1] ? diagonal + 1 : std::max(above, row[j - 1]);
      diagonal = above;
    }
  }
  return row.back();
}

double rouge_l_coco(const Tokens& prediction, const Tokens& reference) {
  if (prediction.empty() && reference.empty()) return 1;
  const auto common = static_cast<double>(longest_common_subsequence(prediction, reference));
  if (common == 0) return 0;
  constexpr double kBetaSquared = 1.2 * 1.2;
  const double precision = common / static_cast<double>(prediction.size());
  const double recall = common / static_cast<double>(reference.size());
  return (1 + kBetaSquared) * precision * recall / (recall + kBetaSquared * precision);
}

std::string rouge_score_text(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))) c = ' ';
  }
  return out;
}

double rouge_n(const NgramCounts& prediction, const NgramCounts& reference, size_t order) {
  return f1(common_ngrams(prediction, reference, order),
            static_cast<double>(ngram_total(prediction.words, order)),
            static_cast<double>(ngram_total(reference.words, order)));
}

double rouge_l(const Tokens& prediction, const Tokens& reference) {
  return f1(static_cast<double>(longest_common_subsequence(prediction, reference)),
            static_cast<double>(prediction.size()), static_cast<double>(reference.size()));
}

}  // namespace slava
