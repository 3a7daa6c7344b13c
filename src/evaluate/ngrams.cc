#include "evaluate/ngrams.h"

#include <algorithm>

#include "base/check.h"
#include "base/hash.h"

namespace slava {

size_t NgramHash::operator()(const Ngram& ngram) const {
  return mix_seed(uint64_t{ngram[0]} << 32 | ngram[1], uint64_t{ngram[2]} << 32 | ngram[3]);
}

size_t ngram_total(size_t words, size_t order) { return words < order ? 0 : words - order + 1; }

NgramCounts count_ngrams(const Tokens& tokens) {
  NgramCounts counts;
  counts.words = tokens.size();
  for (size_t order = 1; order <= kMaxOrder; ++order) {
    std::vector<Ngram> all(ngram_total(tokens.size(), order));
    for (size_t i = 0; i < all.size(); ++i) {
      all[i] = {};
      std::copy_n(tokens.begin() + static_cast<std::ptrdiff_t>(i), order, all[i].begin());
    }
    std::sort(all.begin(), all.end());
    auto& list = counts.by_order[order - 1];
    for (const Ngram& ngram : all) {
      if (list.empty() || list.back().first != ngram) list.emplace_back(ngram, 0);
      ++list.back().second;
    }
  }
  return counts;
}

int common_ngrams(const NgramCounts& a, const NgramCounts& b, size_t order) {
  SLAVA_CHECK(order >= 1 && order <= kMaxOrder);
  const auto& left = a.by_order[order - 1];
  const auto& right = b.by_order[order - 1];
  int common = 0;
  for (auto i = left.begin(), j = right.begin(); i != left.end() && j != right.end();) {
    if (i->first < j->first) {
      ++i;
    } else if (j->first < i->first) {
      ++j;
    } else {
      common += std::min((i++)->second, (j++)->second);
    }
  }
  return common;
}

}  // namespace slava
