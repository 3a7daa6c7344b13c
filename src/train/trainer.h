// A run's loop: an objective and options in; metrics, states and checkpoints in the run folder out.
// Never here: what is minimised, or how a model is built.
#pragma once

#include <memory>
#include <vector>

#include "train/adamw.h"
#include "train/objective.h"
#include "train/run_folder.h"
#include "train/weight_average.h"

namespace slava {

class Trainer {
 public:
  // `options` outlives this object; its folder is claimed (run_folder.h). `weights`: of each of the
  // objective's items the weight to be drawn with; empty: each once an epoch.
  Trainer(const TrainOptions& options, std::unique_ptr<TrainingObjective> objective,
          std::vector<double> weights);

  // From the start or the saved state to the end; see train() for errors.
  Result<TrainSummary> run();

 private:
  std::vector<Parameter> trained_parameters() const;
  // What changes in training: what gets gradients, and statistics.
  std::vector<Parameter> changing_parameters() const;
  bool is_frozen(const Parameter& parameter) const;

  Status step(int epoch, int64_t total, Metrics& metrics);
  Status end_epoch(int epoch, Metrics& metrics);
  bool patience_is_over() const;
  TrainSummary summary() const;

  Status write(const std::filesystem::path& folder, const Metrics& metrics);
  Status save() const;
  Status restore();

  const TrainOptions& options_;
  std::unique_ptr<TrainingObjective> objective_;
  std::vector<double> weights_;
  AdamW optimizer_;
  WeightAverage average_;
  int64_t steps_per_epoch_;
  RunState state_;
  std::vector<size_t> order_;
  int order_epoch_ = -1;
  double last_loss_ = 0;
};

}  // namespace slava
