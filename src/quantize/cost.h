// What a checkpoint writes about studies, and how likely it finds given tokens there: enough to
// compare two checkpoints without both in memory.
#pragma once

#include <vector>

#include "assistant/loaded_checkpoint.h"
#include "quantize/quantize.h"

namespace slava {

struct StudyWitness {
  std::vector<int64_t> tokens;  // of the answer to the first question
  std::string findings, impression;
  Tensor likelihoods;  // [tokens, vocabulary], log, float16: of each token, given those before
};

// The checkpoint's own drafts, and its likelihoods on them.
Result<std::vector<StudyWitness>> witness(const LoadedCheckpoint& checkpoint,
                                          const std::vector<DraftRequest>& studies);

// Another's drafts and likelihoods on what `source` wrote.
Result<QuantizeCost> cost_against(const std::vector<StudyWitness>& source,
                                  const LoadedCheckpoint& checkpoint,
                                  const std::vector<DraftRequest>& studies);

}  // namespace slava
