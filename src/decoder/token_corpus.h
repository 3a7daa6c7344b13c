// Texts as tokens, sorted by what follows each place: what a text that begins like them may go on
// with. The lookup is that of REST (arXiv:2311.08252); without a corpus the text itself is looked
// through.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "decoder/drafts.h"

namespace slava {

class TokenCorpus : public DraftSource {
 public:
  TokenCorpus() = default;
  // `texts`, each closed by `end`.
  TokenCorpus(const std::vector<std::vector<int64_t>>& texts, int64_t end);
  // As tokens() and places() gave them; `places` must be a permutation of 0 .. tokens.size() - 1.
  TokenCorpus(std::vector<int32_t> tokens, std::vector<int32_t> places);

  // After the longest end of `text` that the corpus holds, what most often follows there, then what
  // most often follows that, and so on. `end` may be among it and is the last then.
  std::vector<int64_t> propose(const std::vector<int64_t>& text, int64_t count) const override;

  const std::vector<int32_t>& tokens() const { return tokens_; }
  // Starts of all suffixes, by the order of their first tokens.
  const std::vector<int32_t>& places() const { return places_; }

 private:
  // A range of places_ whose suffixes begin the same.
  struct Range {
    size_t begin, end;
    bool empty() const { return begin == end; }
  };
  Range starting_with(std::span<const int64_t> beginning) const;
  // `depth` behind the start of a suffix; -1 behind the last token.
  int64_t token(int32_t place, size_t depth) const;
  // The most frequent token at `depth` within the range, which becomes the part that has it.
  int64_t most_frequent(Range& range, size_t depth) const;

  std::vector<int32_t> tokens_;
  std::vector<int32_t> places_;
};

}  // namespace slava
