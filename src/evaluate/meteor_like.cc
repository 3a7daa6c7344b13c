#include "evaluate/meteor_like.h"

#include <cmath>
#include <cstdlib>
#include <unordered_map>
#include <vector>

namespace slava {
namespace {

constexpr double kStemWeight = 0.6;
constexpr double kAlpha = 0.85;
constexpr double kBeta = 0.2;
constexpr double kGamma = 0.6;
constexpr int kFree = -1;

// For each word of the prediction the place of its partner in the reference.
class Alignment {
 public:
  Alignment(size_t prediction_words, size_t reference_words)
      : partner_(prediction_words, kFree), taken_(reference_words, false) {}

  // Pairs what is still free and equal in `prediction` and `reference`; returns how many pairs.
  int pair(const Tokens& prediction, const Tokens& reference) {
    std::unordered_map<Token, std::vector<int>> places;
    for (size_t j = 0; j < reference.size(); ++j) {
      if (!taken_[j]) places[reference[j]].push_back(static_cast<int>(j));
    }
    int pairs = 0;
    for (size_t i = 0; i < prediction.size(); ++i) {
      if (partner_[i] != kFree) continue;
      const auto found = places.find(prediction[i]);
      if (found == places.end()) continue;
      const int wanted =
          i > 0 && partner_[i - 1] != kFree ? partner_[i - 1] + 1 : static_cast<int>(i);
      int best = kFree;
      for (const int place : found->second) {
        if (taken_[static_cast<size_t>(place)]) continue;
        if (best == kFree || std::abs(place - wanted) < std::abs(best - wanted)) best = place;
      }
      if (best == kFree) continue;
      partner_[i] = best;
      taken_[static_cast<size_t>(best)] = true;
      ++pairs;
    }
    return pairs;
  }

  // Runs of words that are neighbours in both texts.
  int chunks() const {
    int runs = 0;
    for (size_t i = 0; i < partner_.size(); ++i) {
      if (partner_[i] == kFree) continue;
      const bool goes_on = i > 0 && partner_[i - 1] != kFree && partner_[i] == partner_[i - 1] + 1;
      if (!goes_on) ++runs;
    }
    return runs;
  }

 private:
  std::vector<int> partner_;
  std::vector<bool> taken_;
};

Tokens stems(const Tokens& words, const Vocabulary& vocabulary) {
  Tokens stems;
  stems.reserve(words.size());
  for (const Token word : words) stems.push_back(vocabulary.stem(word));
  return stems;
}

}  // namespace

double meteor_exact_stem(const Tokens& prediction, const Tokens& reference,
                         const Vocabulary& vocabulary) {
  Alignment alignment(prediction.size(), reference.size());
  const int exact = alignment.pair(prediction, reference);
  const int by_stem = alignment.pair(stems(prediction, vocabulary), stems(reference, vocabulary));
  const int pairs = exact + by_stem;
  if (pairs == 0) return 0;

  const double weight = exact + kStemWeight * by_stem;
  const double precision = weight / static_cast<double>(prediction.size());
  const double recall = weight / static_cast<double>(reference.size());
  const double f = precision * recall / (kAlpha * precision + (1 - kAlpha) * recall);
  const int chunks = alignment.chunks();
  const bool whole = chunks == 1 && prediction.size() == reference.size() &&
                     static_cast<size_t>(pairs) == prediction.size();
  const double penalty = whole ? 0 : kGamma * std::pow(double(chunks) / pairs, kBeta);
  return f * (1 - penalty);
}

}  // namespace slava
