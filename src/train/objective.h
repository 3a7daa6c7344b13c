// What a training run minimises and how it is validated. The trainer knows only this.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "assistant/model.h"
#include "train/dataset.h"
#include "train/film_store.h"
#include "train/train.h"

namespace slava {

struct Validation {
  double loss = 0;
  std::optional<double> auc;  // mean over labels, where the objective has labels
  std::optional<double> f1;   // macro mean over labels, where the objective decides about them
};

class TrainingObjective {
 public:
  virtual ~TrainingObjective() = default;

  // The model's parameters, the objective's own included.
  virtual const ParameterBinder& binder() const = 0;
  // Whether a parameter is the model's, not one that only helps its training.
  virtual bool is_kept(const Parameter& parameter) const = 0;
  // Items that take part, by place in the training data.
  virtual const std::vector<size_t>& items() const = 0;
  // Of each of items() the weight to be drawn with, for class-balanced training.
  virtual std::vector<double> weights() const = 0;
  // Mean loss of the items, a scalar with gradients. All randomness comes from `seed` and
  // libtorch's own generator.
  virtual Tensor loss(const std::vector<size_t>& items, uint64_t seed) = 0;
  virtual Validation validate() = 0;
  // Writes the files of a checkpoint that are no weights, and what the objective knows for the
  // configuration that is there.
  virtual Status write_companions(const std::filesystem::path& folder) const = 0;
};

// The next token of the answer, films and question given. The vision features are computed once
// when the whole encoder is frozen.
Result<std::unique_ptr<TrainingObjective>> make_report_objective(const TrainOptions& options,
                                                                 const CheckpointConfig& config,
                                                                 const PreprocessConfig& preprocess,
                                                                 TensorMap tensors,
                                                                 at::Device device);

// Labels of single films by the vision encoder and a linear head on mean and maximum of its
// features.
Result<std::unique_ptr<TrainingObjective>> make_label_objective(const TrainOptions& options,
                                                                const CheckpointConfig& config,
                                                                const PreprocessConfig& preprocess,
                                                                TensorMap tensors,
                                                                at::Device device);

// What a study shows, by a linear head on the frozen encoder's features of every view. Thresholds
// are set where each label's F1 on the validation items is highest.
Result<std::unique_ptr<TrainingObjective>> make_recognition_objective(
    const TrainOptions& options, const CheckpointConfig& config, const PreprocessConfig& preprocess,
    TensorMap tensors, at::Device device);

// Runs `f` with bfloat16 autocast where `enabled`.
class Autocast {
 public:
  Autocast(bool enabled, const at::Device& device);
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;

 private:
  bool enabled_;
  at::DeviceType type_;
};

// Whether training computes in bfloat16.
bool computes_in_bfloat16(NumberType wish, const at::Device& device);

}  // namespace slava
