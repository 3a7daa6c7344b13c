// Steps of one token for a fixed number of sequences, whose work does not depend on their lengths:
// on a GPU it is recorded once and played again (nn/step_graph.h), elsewhere it is simply done.
#pragma once

#include <memory>
#include <vector>

#include "decoder/decoder.h"
#include "nn/step_graph.h"

namespace slava {

class FixedStep {
 public:
  // Room for `capacity` tokens of each sequence. The decoder must outlive this.
  FixedStep(const Decoder& decoder, int64_t sequences, int64_t capacity);

  // Place `b` of the caches, empty: prompts go into it by Decoder::forward.
  KeyValueCache place(int64_t b) { return caches_.place(b); }
  int64_t capacity() const { return caches_.capacity(); }

  // Of each place the token behind what is in it and how much that is; places without a sequence
  // have any token and 0. Returns logits [B, vocabulary] float32 on the CPU, and leaves the token
  // in the place's cache, whose own `length` it does not know.
  Tensor run(const std::vector<int64_t>& tokens, const std::vector<int64_t>& lengths);

 private:
  void compute();

  const Decoder& decoder_;
  FixedCaches caches_;
  Tensor tokens_;  // [B, 1] int64
  Tensor logits_;  // [B, vocabulary]
  std::unique_ptr<StepGraph> graph_;
  bool recorded_ = false;
};

}  // namespace slava
