// Phrases come in as patterns; where they occur among the words of a clause goes out. One tree
// holds all phrases, so the time does not grow with their number. Never here: what a phrase means.
//
// A pattern is words with blanks between them:
//   word      that word              stem*    a word that begins so
//   a|b|c*    one of them            [a|b]    one of them or nothing
//   {name}    one of a named set     ~5       up to 5 words or marks of any kind
//   _5        up to 5 words, over no mark
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "findings/words.h"

namespace slava::findings {

// Named sets of patterns, which may hold several words but no other sets: {"heart": ["heart
// size"]}.
using PhraseSets = std::map<std::string, std::vector<std::string>>;

struct PhraseHit {
  uint32_t meaning = 0;  // as given to add()
  size_t begin = 0;      // words [begin, end)
  size_t end = 0;
  size_t skipped = 0;  // of them under ~ and _
};

class PhraseTree {
 public:
  // A pattern that breaks the syntax is a defect of the rules: the program stops and names it.
  void add(std::string_view pattern, uint32_t meaning, const PhraseSets& sets);

  // The ids that each of `words` [begin, end) answers to.
  using WordIds = std::vector<std::vector<uint32_t>>;
  void look_up(const std::vector<Word>& words, size_t begin, size_t end, WordIds& ids) const;

  // Hits that begin at word `at` and end at or before `limit`; of one meaning only the shortest.
  // `ids` holds the words from `offset` on.
  void match(const std::vector<Word>& words, const WordIds& ids, size_t offset, size_t at,
             size_t limit, std::vector<PhraseHit>& hits) const;

 private:
  struct Gap {
    uint32_t most = 0;
    bool over_marks = false;
    uint32_t child = 0;
  };
  struct Node {
    std::vector<std::pair<uint32_t, uint32_t>> edges;  // word id, child; in order
    std::vector<Gap> gaps;
    std::vector<uint32_t> meanings;
  };
  struct Search;

  uint32_t word_id(std::string_view word);
  void add_words(const std::vector<std::string>& words, uint32_t meaning);
  void descend(Search& search, uint32_t node, size_t at, size_t skipped) const;

  std::vector<Node> nodes_ = std::vector<Node>(1);
  std::unordered_map<std::string, uint32_t> exact_;
  std::unordered_map<std::string, uint32_t> stems_;
  uint32_t next_id_ = 0;
  size_t longest_stem_ = 0;
};

}  // namespace slava::findings
