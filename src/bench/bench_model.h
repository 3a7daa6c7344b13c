// The model under measurement: its parts, and the shapes that its time depends on.
#pragma once

#include <vector>

#include "assistant/loaded_checkpoint.h"
#include "bench/bench.h"
#include "bench/ceilings.h"

namespace slava {

// Linear layers by part.
struct ModelShapes {
  std::vector<LinearShape> vision;     // seen by every patch
  std::vector<LinearShape> projector;  // likewise
  std::vector<LinearShape> decoder;    // by every token
  std::vector<LinearShape> head;       // by every token that is chosen
  uint64_t decoder_bytes = 0;          // weights that a step reads, head included
  bool is_transformer = true;          // the vision encoder's work is in `vision`
};

struct BenchModel {
  LoadedCheckpoint checkpoint;  // without a tokenizer where the weights are random
  ModelShapes shapes;
  double load_s = 0;
};

Result<BenchModel> load_bench_model(const BenchOptions& options);

}  // namespace slava
