#include "decoder/token_corpus.h"

#include <algorithm>
#include <numeric>

#include "base/check.h"

namespace slava {
namespace {

// Longer contexts are hardly ever told apart by what follows.
constexpr size_t kLongestContext = 8;
// Suffixes that agree so far are as good as equal: a context and the guesses behind it.
constexpr size_t kSortedDepth = 32;
// Of the text itself only a repetition of so many tokens promises another.
constexpr size_t kOwnContext = 3;

// What followed the last earlier occurrence of the text's own end.
std::vector<int64_t> from_the_text_itself(const std::vector<int64_t>& text, int64_t count) {
  if (text.size() <= kOwnContext) return {};
  const auto tail = text.end() - kOwnContext;
  const auto found = std::find_end(text.begin(), text.end() - 1, tail, text.end());
  if (found == text.end() - 1) return {};
  const auto next = found + kOwnContext;
  return {next, next + std::min<std::ptrdiff_t>(count, text.end() - next)};
}

}  // namespace

TokenCorpus::TokenCorpus(const std::vector<std::vector<int64_t>>& texts, int64_t end) {
  for (const auto& text : texts) {
    for (const int64_t token : text) tokens_.push_back(static_cast<int32_t>(token));
    tokens_.push_back(static_cast<int32_t>(end));
  }
  places_.resize(tokens_.size());
  std::iota(places_.begin(), places_.end(), 0);
  std::ranges::sort(places_, [&](int32_t a, int32_t b) {
    const auto piece = [&](int32_t place) {
      const auto start = static_cast<size_t>(place);
      return std::span(tokens_).subspan(start, std::min(kSortedDepth, tokens_.size() - start));
    };
    const auto left = piece(a), right = piece(b);
    const auto [l, r] = std::ranges::mismatch(left, right);
    if (l == left.end() && r == right.end()) return a < b;
    if (l == left.end() || r == right.end()) return l == left.end();
    return *l < *r;
  });
}

TokenCorpus::TokenCorpus(std::vector<int32_t> tokens, std::vector<int32_t> places)
    : tokens_(std::move(tokens)), places_(std::move(places)) {
  SLAVA_CHECK_EQ(tokens_.size(), places_.size());
}

int64_t TokenCorpus::token(int32_t place, size_t depth) const {
  const size_t start = static_cast<size_t>(place) + depth;
  return start < tokens_.size() ? tokens_[start] : -1;
}

TokenCorpus::Range TokenCorpus::starting_with(std::span<const int64_t> beginning) const {
  Range range{0, places_.size()};
  for (size_t depth = 0; depth < beginning.size() && !range.empty(); ++depth) {
    const auto token_at = [&](int32_t place) { return token(place, depth); };
    const auto first = places_.begin() + static_cast<std::ptrdiff_t>(range.begin);
    const auto last = places_.begin() + static_cast<std::ptrdiff_t>(range.end);
    const auto [low, high] =
        std::ranges::equal_range(first, last, beginning[depth], std::less<>(), token_at);
    range = {static_cast<size_t>(low - places_.begin()),
             static_cast<size_t>(high - places_.begin())};
  }
  return range;
}

int64_t TokenCorpus::most_frequent(Range& range, size_t depth) const {
  Range best{range.begin, range.begin};
  for (size_t begin = range.begin; begin < range.end;) {
    const int64_t next = token(places_[begin], depth);
    // Within the range suffixes are sorted by this token.
    size_t low = begin, high = range.end;
    while (high - low > 1) {
      const size_t middle = low + (high - low) / 2;
      (token(places_[middle], depth) == next ? low : high) = middle;
    }
    if (next >= 0 && high - begin > best.end - best.begin) best = {begin, high};
    begin = high;
  }
  range = best;
  return range.empty() ? -1 : token(places_[range.begin], depth);
}

std::vector<int64_t> TokenCorpus::propose(const std::vector<int64_t>& text, int64_t count) const {
  const size_t longest = std::min(kLongestContext, text.size());
  for (size_t context = longest; context > 0; --context) {
    Range range = starting_with(std::span(text).last(context));
    if (range.empty()) continue;
    std::vector<int64_t> guesses;
    for (size_t depth = context; static_cast<int64_t>(guesses.size()) < count; ++depth) {
      const int64_t next = most_frequent(range, depth);
      if (next < 0) break;
      guesses.push_back(next);
    }
    return guesses;
  }
  return from_the_text_itself(text, count);
}

}  // namespace slava
