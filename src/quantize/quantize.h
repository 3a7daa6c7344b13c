// A checkpoint in 8 or 4 bit out of one in floating point, and what that cost on given studies.
// No libtorch in this header.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "assistant/assistant.h"
#include "base/result.h"

namespace slava {

struct QuantizeOptions {
  std::filesystem::path model;
  std::filesystem::path output;  // must not exist
  int bits = 8;                  // 4: in the blocks of the decoder, 8 elsewhere
  double smoothing = 0.5;        // 0: none; smoothing.h
  AssistantOptions assistant;    // device and threads
};

// The checkpoint against its source, on the same studies.
struct QuantizeCost {
  size_t studies = 0;
  size_t tokens = 0;            // of the source's own drafts, which both are given
  double kl_divergence = 0;     // nats a token, of the next token's distribution
  double greedy_agreement = 0;  // share of tokens that both find likeliest
  double label_f1 = 0;          // micro F1 of the labels of its drafts, the source's as reference
  size_t same_drafts = 0;
};

struct QuantizeResult {
  size_t layers = 0;    // that were rounded
  size_t smoothed = 0;  // norms
  uint64_t bytes = 0;   // of the weights now, and before
  uint64_t source_bytes = 0;
  QuantizeCost cost;
};

// Calibrates on `studies` and measures on them. The output's config.json has the cost under
// "quantization" and its README.md tells it. kUsage, kModel and kOutput; what was begun is removed
// then.
Result<QuantizeResult> quantize_checkpoint(const QuantizeOptions& options,
                                           const std::vector<DraftRequest>& studies,
                                           const std::function<void(const std::string&)>& progress);

}  // namespace slava
