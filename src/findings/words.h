// Text comes in as bytes; lower-case words with their places, cut into sentences and sections, go
// out. Never here: what a word means, apart from the headings of a report.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "findings/findings.h"

namespace slava::findings {

enum class WordKind { kWord, kComma, kSlash, kOther };

// A word ("right-sided" is two), or a mark that stays inside a sentence: , ; : / ( ).
struct Word {
  std::string_view text;  // lower case; points into WordList::lower
  size_t begin = 0;       // bytes [begin, end) of the report
  size_t end = 0;
  WordKind kind = WordKind::kWord;
};

// Words [begin, end) that no full stop, bullet or heading divides.
struct Sentence {
  size_t begin = 0;
  size_t end = 0;
  ReportSection section = ReportSection::kUnknown;
};

struct WordList {
  std::string lower;
  std::vector<Word> words;
  std::vector<Sentence> sentences;

  WordList() = default;
  WordList(const WordList&) = delete;  // words point into lower
  WordList& operator=(const WordList&) = delete;
};

// A heading as rules/context.json lists it: "chest findings" for kFindings.
struct Heading {
  std::vector<std::string> words;
  ReportSection section = ReportSection::kUnknown;
};

// Fills `list`. A heading is known by the colon behind it, at the beginning of a sentence or a
// line.
void read_words(std::string_view text, ReportSection section, const std::vector<Heading>& headings,
                WordList& list);

}  // namespace slava::findings
