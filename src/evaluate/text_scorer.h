// Cleaned references come in once, cleaned predictions one by one; what each adds to the text
// metrics goes out. Document frequencies are those of all references, whatever is resampled later.
#pragma once

#include <string>
#include <vector>

#include "evaluate/cider.h"
#include "evaluate/study_sums.h"
#include "evaluate/vocabulary.h"

namespace slava {

class TextScorer {
 public:
  // Texts as clean_for() left them.
  explicit TextScorer(const std::vector<std::string>& references);

  // The text part of the sums of `prediction` against reference number `study`.
  StudySums score(size_t study, const std::string& prediction);

 private:
  struct Text {
    Tokens words;
    NgramCounts ngrams;
    // By rouge-score's idea of a word.
    Tokens rouge_words;
    NgramCounts rouge_ngrams;
  };
  Text read(const std::string& text);

  Vocabulary vocabulary_;
  std::vector<Text> references_;
  std::vector<CiderVector> reference_vectors_;
  CiderWeights weights_;
};

}  // namespace slava
