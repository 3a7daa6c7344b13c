// What a training run leaves behind: options, metrics, loss curve, state and checkpoints.
// See train.h for the list of files.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "assistant/checkpoint_config.h"
#include "nn/parameters.h"
#include "train/train.h"

namespace slava {

// A point of the loss curve.
struct LossPoint {
  double step = 0;
  double loss = 0;
};

// metrics.jsonl, line by line on disk, and the curve behind it.
class Metrics {
 public:
  // Opens or continues the file; lines behind `last_step` are dropped, since they are about to be
  // computed again. kOutput when it cannot be written.
  static Result<Metrics> open(const std::filesystem::path& run, int64_t last_step);

  // One step; numbers with all their digits, so that two runs can be compared.
  Status add_step(int64_t step, int epoch, double loss, double learning_rate, double gradient_norm);
  Status add_validation(int64_t step, int epoch, const nlohmann::json& values, double seconds);

  // loss.png: training loss smoothed, validation loss as it is.
  Status draw_curve() const;

 private:
  Status append(const nlohmann::json& line);
  void remember(const nlohmann::json& line);

  std::filesystem::path run_;
  std::vector<LossPoint> training_, validation_;
};

nlohmann::json to_json(const TrainOptions& options);

// Refuses an output that holds another run; with --resume the options must be those of that run,
// apart from what does not change its losses. Writes train.json.
Status claim_run_folder(const TrainOptions& options);

// Where a run stands.
struct RunState {
  int64_t step = 0;  // steps done
  double best = 0;
  int best_epoch = 0;  // 0: no validation yet
};

// state.safetensors in one atomic write.
Status save_state(const std::filesystem::path& run, const RunState& state, TensorMap tensors);
// The state and its tensors; nothing when the run has none yet.
Result<std::pair<RunState, TensorMap>> load_state(const std::filesystem::path& run);

// config.json and its companions out of `options.config`, weights in `save_dtype`.
Status write_checkpoint(const std::filesystem::path& folder, const TrainOptions& options,
                        const std::vector<Parameter>& parameters);

}  // namespace slava
