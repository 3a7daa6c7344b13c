#include "evaluate/controls.h"

#include <algorithm>
#include <numeric>
#include <random>

#include "base/check.h"
#include "base/hash.h"
#include "evaluate/bleu.h"
#include "evaluate/rouge.h"

namespace slava {
namespace {

constexpr size_t kTried = 400;

// 0..count-1 in an order by the seed.
std::vector<size_t> random_order(size_t count, uint64_t seed) {
  std::vector<std::pair<uint64_t, size_t>> keys;
  for (size_t i = 0; i < count; ++i) keys.emplace_back(mix_seed(seed, i, 0x5eed), i);
  std::sort(keys.begin(), keys.end());
  std::vector<size_t> order;
  for (const auto& [key, index] : keys) order.push_back(index);
  return order;
}

}  // namespace

std::string constant_normal_report() {
  return "The heart is normal in size. The mediastinum is unremarkable. The lungs are clear. There "
         "is no pleural effusion or pneumothorax. No acute bony abnormality.";
}

size_t best_constant(const std::vector<std::string>& training, uint64_t seed) {
  SLAVA_CHECK(!training.empty());
  std::vector<size_t> order = random_order(training.size(), seed);
  order.resize(std::min(order.size(), kTried));
  Vocabulary vocabulary;
  std::vector<Tokens> words;
  std::vector<NgramCounts> counts;
  for (const size_t index : order) {
    words.push_back(vocabulary.tokens(training[index]));
    counts.push_back(count_ngrams(words.back()));
  }
  size_t best = 0;
  double best_score = -1;
  for (size_t candidate = 0; candidate < order.size(); ++candidate) {
    BleuCounts all;
    double rouge = 0;
    for (size_t other = 0; other < order.size(); ++other) {
      if (other == candidate && order.size() > 1) continue;
      const BleuCounts one = bleu_counts(counts[candidate], counts[other]);
      for (size_t i = 0; i < kMaxOrder; ++i) {
        all.matches[i] += one.matches[i];
        all.guesses[i] += one.guesses[i];
      }
      all.prediction_words += one.prediction_words;
      all.reference_words += one.reference_words;
      rouge += rouge_l_coco(words[candidate], words[other]);
    }
    const double score = bleu(all)[3] + rouge / static_cast<double>(order.size());
    if (score > best_score) {
      best_score = score;
      best = order[candidate];
    }
  }
  return best;
}

std::vector<size_t> shuffled_studies(size_t count, uint64_t seed) {
  // A circle through all studies: each gets its neighbour's.
  const std::vector<size_t> circle = random_order(count, seed);
  std::vector<size_t> source(count);
  for (size_t i = 0; i < count; ++i) source[circle[i]] = circle[(i + 1) % count];
  return source;
}

}  // namespace slava
