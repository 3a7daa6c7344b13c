// One sentence taken apart: clauses, and in each of them what the rules recognise, with overlaps
// settled. Never here: which cue acts on which observation (scope.h) and which place belongs to
// which (place_of.h).
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "findings/rules.h"
#include "findings/words.h"

namespace slava::findings {

// Words [begin, end) with one meaning.
struct Mark {
  MeaningKind kind = MeaningKind::kIgnored;
  size_t index = 0;
  size_t begin = 0;
  size_t end = 0;
  size_t skipped = 0;  // words between its parts, as in "heart (size is) enlarged"
};

// A clause is a stretch with one statement: "the heart is large", "and the lungs are clear".
struct Clause {
  size_t begin = 0;  // words
  size_t end = 0;
  std::vector<Mark> observations;  // present, absent, possible; by begin
  std::vector<Mark> cues;
  std::vector<Mark> places;
  std::vector<Mark> extents;
  // By word - begin: what the word is, of the roles below.
  std::vector<unsigned> roles;

  bool has_role(size_t word, unsigned role) const { return (roles[word - begin] & role) != 0; }
};

inline constexpr unsigned kIsVerb = 1;
inline constexpr unsigned kIsMarker = 2;
inline constexpr unsigned kIsStop = 4;
inline constexpr unsigned kIsPreposition = 8;
inline constexpr unsigned kIsExplanation = 16;

// Reads sentences one after another and keeps its buffers between them.
class SentenceReader {
 public:
  SentenceReader(const Rules& rules, const std::vector<Word>& words)
      : rules_(rules), words_(words) {}

  std::vector<Clause> read(const Sentence& sentence);

 private:
  // Words at which a clause begins, the sentence's end last.
  std::vector<size_t> divide(const Sentence& sentence);
  void recognise(const Sentence& sentence, Clause& clause);
  void mark(const PhraseTree& tree, const Sentence& sentence, size_t begin, size_t end,
            std::vector<Mark>& marks);

  const Rules& rules_;
  const std::vector<Word>& words_;
  PhraseTree::WordIds ids_;
  std::vector<PhraseHit> hits_;
  std::vector<Mark> marks_;
  std::vector<unsigned> verbs_;
};

}  // namespace slava::findings
