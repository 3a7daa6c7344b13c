// How fast a model runs on this machine, stage by stage, each beside what the machine could do at
// most. No libtorch in this header.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "assistant/assistant.h"
#include "base/result.h"

namespace slava {

struct BenchOptions {
  std::filesystem::path model;  // a checkpoint; empty: random weights of `shape`
  std::string shape;            // of bench_shape_names()
  AssistantOptions assistant;   // assistant.batch: texts written at a time at most; 0: 16
  int studies = 16;
  int new_tokens = 64;          // of each answer; half as many of an impression
  bool question_pairs = false;  // studies get findings and impression, not findings alone
  int prompt_text = 20;         // tokens of a prompt beside the film's
};

// A measured quantity and what bounds it: a ceiling of a rate, a floor of a time.
struct BenchRow {
  std::string what;
  double value = 0;
  std::string unit;             // "s", "ms", "tokens/s", ...
  std::optional<double> limit;  // in the same unit
  std::string limit_is;         // "int8 products at these shapes"
  bool more_is_better = false;

  // How near it comes to its limit, 1 at best.
  std::optional<double> share() const;
};

struct BenchResult {
  std::string model;
  std::string processor;
  std::string kernels;  // "avx512"
  std::string dtype;
  int threads = 0;
  int64_t prompt_tokens = 0;
  std::vector<BenchRow> rows;
};

// Names for BenchOptions::shape.
std::vector<std::string> bench_shape_names();

// `progress` is told what is measured next. kUsage and kModel as load_assistant.
Result<BenchResult> run_bench(const BenchOptions& options,
                              const std::function<void(const std::string&)>& progress);

// Random weights of `shape` as a checkpoint folder that other engines can be given: config.json in
// transformers' layout of LLaVA and model.safetensors, bfloat16. kOutput when it cannot be written.
Status write_random_checkpoint(const std::string& shape, const std::filesystem::path& folder);

// "avx512, 2 threads, ..." as a table, and as JSON.
std::string bench_table(const BenchResult& result);
std::string bench_json(const BenchResult& result);

}  // namespace slava
