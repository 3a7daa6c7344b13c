#include "evaluate/text_scorer.h"

#include "base/check.h"
#include "evaluate/meteor_like.h"
#include "evaluate/rouge.h"

namespace slava {

TextScorer::Text TextScorer::read(const std::string& text) {
  Text read;
  read.words = vocabulary_.tokens(text);
  read.ngrams = count_ngrams(read.words);
  read.rouge_words = vocabulary_.tokens(rouge_score_text(text));
  read.rouge_ngrams = count_ngrams(read.rouge_words);
  return read;
}

TextScorer::TextScorer(const std::vector<std::string>& references) : weights_({}) {
  std::vector<NgramCounts> counts;
  for (const std::string& reference : references) {
    references_.push_back(read(reference));
    counts.push_back(references_.back().ngrams);
  }
  weights_ = CiderWeights(counts);
  for (const NgramCounts& reference : counts) {
    reference_vectors_.push_back(weights_.vector_of(reference));
  }
}

StudySums TextScorer::score(size_t study, const std::string& prediction) {
  SLAVA_CHECK(study < references_.size());
  const Text& reference = references_[study];
  const Text predicted = read(prediction);
  StudySums sums;
  sums.studies = 1;
  sums.bleu = bleu_counts(predicted.ngrams, reference.ngrams);
  sums.sentence_bleu = bleu(sums.bleu);
  sums.rouge_1 = rouge_n(predicted.rouge_ngrams, reference.rouge_ngrams, 1);
  sums.rouge_2 = rouge_n(predicted.rouge_ngrams, reference.rouge_ngrams, 2);
  sums.rouge_l = rouge_l(predicted.rouge_words, reference.rouge_words);
  sums.rouge_l_coco = rouge_l_coco(predicted.words, reference.words);
  sums.cider_d = cider_d(weights_.vector_of(predicted.ngrams), reference_vectors_[study]);
  sums.meteor_exact_stem = meteor_exact_stem(predicted.words, reference.words, vocabulary_);
  return sums;
}

}  // namespace slava
