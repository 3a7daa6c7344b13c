// The stages of a study, timed on a model whose prompts are random.
// Shapes: B texts, T tokens of a prompt, D model width.
#pragma once

#include "bench/bench_model.h"

namespace slava {

struct StudyTimes {
  double seconds = 0;             // of all studies
  double findings_first_s = 0;    // the last study's: vision and prompt
  double impression_first_s = 0;  // its second prompt, of which the films are computed already
  int64_t steps = 0;
  // Of each study the tokens of its answers, as many as were asked for.
  std::vector<std::vector<int64_t>> tokens;
};

// The share of tokens that are the same in two runs over the same studies. Behind the first that
// differs in an answer of `answer_lengths` tokens the two write different texts, which tells
// nothing more: what is left of the answer is not counted.
double token_agreement(const StudyTimes& a, const StudyTimes& b,
                       const std::vector<int64_t>& answer_lengths);

class Stages {
 public:
  Stages(const BenchModel& model, const BenchOptions& options);

  int64_t prompt_tokens() const { return prompt_tokens_; }

  // One film through encoder and projector.
  double vision_s() const;
  // A prompt through the decoder, until its first token is chosen.
  double prefill_s() const;
  // One token more for each of `batch` texts whose prompts are in the caches.
  double step_s(int64_t batch) const;
  // Films through to the last token, `batch` studies at a time; study i is the same in every call.
  StudyTimes studies(int count, int64_t batch) const;

 private:
  const BenchModel& model_;
  const BenchOptions& options_;
  int64_t image_tokens_, prompt_tokens_;
};

}  // namespace slava
