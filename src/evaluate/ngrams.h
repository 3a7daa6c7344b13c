// Words come in; how often each run of 1 to 4 of them occurs goes out.
#pragma once

#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include "evaluate/vocabulary.h"

namespace slava {

inline constexpr size_t kMaxOrder = 4;

// Behind the last word: zeros.
using Ngram = std::array<Token, kMaxOrder>;

struct NgramHash {
  size_t operator()(const Ngram& ngram) const;
};

struct NgramCounts {
  size_t words = 0;
  // By length minus one; sorted by n-gram, each once.
  std::array<std::vector<std::pair<Ngram, int>>, kMaxOrder> by_order;
};

NgramCounts count_ngrams(const Tokens& tokens);

// How many n-grams of `order` both have, each as often as in the text that has it less often.
int common_ngrams(const NgramCounts& a, const NgramCounts& b, size_t order);

// n-grams of `order` in a text of `words` words.
size_t ngram_total(size_t words, size_t order);

}  // namespace slava
