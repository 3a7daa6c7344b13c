// The stages of a study, timed on a model whose prompts are random.
// Shapes: B texts, T tokens of a prompt, D model width.
#pragma once

#include "bench/bench_model.h"

namespace slava {

struct StudyTimes {
  double seconds = 0;             // of all studies
  double findings_first_s = 0;    // the first study's: vision and prompt
  double impression_first_s = 0;  // its second prompt, of which the films are computed already
  int64_t steps = 0;
};

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
  // Films through to the last token, `batch` studies at a time.
  StudyTimes studies(int count, int64_t batch) const;

 private:
  const BenchModel& model_;
  const BenchOptions& options_;
  int64_t image_tokens_, prompt_tokens_;
};

}  // namespace slava
