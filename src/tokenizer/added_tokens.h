// Takes the tokens that were added to a vocabulary ("<image>", Phi-2's runs of spaces); finds them
// in text before the vocabulary's own algorithm sees it. Never here: which files name them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace slava {

struct AddedToken {
  std::string content;
  int64_t id = -1;
  bool single_word = false;  // only where no word character touches it
  bool lstrip = false;       // takes the white space on its left along
  bool rstrip = false;       // the same on its right
  bool normalized = true;    // looked for in normalised text
  bool special = false;      // gives no text when decoded
};

// Finds the leftmost, and there the longest, of several words.
class WordMatcher {
 public:
  struct Match {
    size_t begin = 0;
    size_t end = 0;
    size_t word = 0;  // index in the order of add(); of equal words the first one
  };

  // `word` is not empty.
  void add(std::string_view word);
  // The first match that begins at `from` or later.
  std::optional<Match> find(std::string_view text, size_t from) const;

 private:
  struct Node {
    std::optional<size_t> word;
  };
  std::optional<size_t> next(size_t node, char byte) const;

  std::array<bool, 256> begins_{};
  std::unordered_map<uint64_t, size_t> edges_;  // node * 256 + byte
  std::vector<Node> nodes_ = {Node{}};
  size_t words_ = 0;
};

// A stretch of text: an added token, or text between added tokens.
struct Stretch {
  size_t begin = 0;
  size_t end = 0;
  const AddedToken* token = nullptr;
};

// Added tokens as the `tokenizers` library finds them. Each token is looked for by its pattern,
// which is its content unless the caller normalises it.
class AddedTokenSplitter {
 public:
  // `tokens` must outlive the splitter; `patterns[i]` belongs to `tokens[i]`; empty ones are never
  // found.
  AddedTokenSplitter(std::vector<const AddedToken*> tokens,
                     const std::vector<std::string>& patterns);

  // `text` is valid UTF-8. Stretches in order; overlapping only where a token strips white space
  // that a later token is made of, as in the reference.
  std::vector<Stretch> split(std::string_view text) const;

 private:
  std::vector<const AddedToken*> tokens_;
  WordMatcher matcher_;
};

}  // namespace slava
