// What a training run leaves behind: options, metrics, loss curve, state and checkpoints.
// See train.h for the list of files.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
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

  // The validation lines so far: step, epoch, validation, seconds.
  const std::vector<nlohmann::json>& validations() const { return validations_; }

 private:
  Status append(const nlohmann::json& line);
  void remember(const nlohmann::json& line);

  std::filesystem::path run_;
  std::vector<LossPoint> training_, validation_;
  std::vector<nlohmann::json> validations_;
};

nlohmann::json to_json(const TrainOptions& options);

// What a run is: to_json, and under "sha256" the hashes of its data, validation and --init. kInput
// when one of them cannot be read.
Result<nlohmann::json> describe_run(const TrainOptions& options);

// Refuses an output that holds another run; with --resume the options and the data must be those of
// that run, apart from what does not change its losses. Writes train.json.
Status claim_run_folder(const TrainOptions& options);

// By what the best checkpoint is told.
enum class BestMetric { kLoss, kAuc, kF1 };
const char* to_text(BestMetric metric);

// Where a run stands.
struct RunState {
  int64_t step = 0;  // steps done
  double best = 0;
  int best_epoch = 0;  // 0: no validation yet
  int epoch = 0;       // the last that was validated
  BestMetric metric = BestMetric::kLoss;
};

// state.safetensors in one atomic write.
Status save_state(const std::filesystem::path& run, const RunState& state, TensorMap tensors);
// The state and its tensors; nothing when the run has none yet.
Result<std::pair<RunState, TensorMap>> load_state(const std::filesystem::path& run);

// summary.json: that the run is complete, and how it ended.
Status write_summary(const std::filesystem::path& run, const TrainSummary& summary);
// Nothing when the file is missing; kInput when it is broken.
Result<std::optional<TrainSummary>> read_summary(const std::filesystem::path& run);

// config.json and its companions out of `options.config`, weights in `save_dtype`; adapters among
// the parameters go into the weights, into adapter/, or both, as `lora_save` says.
Status write_checkpoint(const std::filesystem::path& folder, const TrainOptions& options,
                        const std::vector<Parameter>& parameters);

}  // namespace slava
