#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>
#include <malloc.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>
#include <random>

#include "base/hash.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/stopwatch.h"
#include "base/strings.h"
#include "nn/device.h"
#include "nn/weight_files.h"
#include "train/adamw.h"
#include "train/objective.h"
#include "train/run_folder.h"
#include "train/train.h"

namespace slava {
namespace {

Status check_options(const TrainOptions& options) {
  const auto wrong = [](const std::string& what) { return fail(ErrorKind::kUsage, what); };
  if (options.data.empty()) return wrong("--data is missing: the training items, a JSON file");
  if (options.validation.empty()) return wrong("--validation is missing: the items that measure");
  if (options.config.empty()) {
    return wrong(
        "--config-from is missing: a folder with config.json and preprocessor_config.json");
  }
  if (options.output.empty()) return wrong("--output is missing: the run folder");
  if (options.epochs < 1 || options.batch < 1)
    return wrong("--epochs and --batch must be at least 1");
  if (!(options.learning_rate > 0)) return wrong("--learning-rate must be above 0");
  if (options.save_every < 1) return wrong("--save-every must be at least 1");
  if (options.feature_copies < 0) return wrong("--feature-copies must be at least 0");
  for (const auto& [value, flag] : {std::pair{options.warmup, "--warmup"},
                                    {options.view_dropout, "--view-dropout"},
                                    {options.composed, "--composed"},
                                    {options.feature_noise, "--feature-noise"},
                                    {options.label_smoothing, "--label-smoothing"},
                                    {options.final_learning_rate, "--final-learning-rate"}}) {
    if (!(value >= 0 && value <= 1)) return wrong(cat(flag, " must lie between 0 and 1"));
  }
  if (options.save_dtype != "bfloat16" && options.save_dtype != "float32") {
    return wrong("--save-dtype must be bfloat16 or float32");
  }
  return {};
}

// The items of an epoch in the order they are seen: each once, or drawn by weight.
std::vector<size_t> epoch_order(const std::vector<size_t>& items,
                                const std::vector<double>& weights, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<size_t> order;
  if (!weights.empty()) {
    std::discrete_distribution<size_t> draw(weights.begin(), weights.end());
    for (size_t i = 0; i < items.size(); ++i) order.push_back(items[draw(random)]);
    return order;
  }
  order = items;
  for (size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random() % i]);
  return order;
}

// Every step frees and wants the same large blocks again; given back to the system they cost a
// tenth of the time in page faults.
void keep_memory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

class Trainer {
 public:
  Trainer(const TrainOptions& options, std::unique_ptr<TrainingObjective> objective,
          std::vector<double> weights)
      : options_(options),
        objective_(std::move(objective)),
        weights_(std::move(weights)),
        optimizer_(trained_parameters(), {.weight_decay = options.weight_decay}),
        steps_per_epoch_(static_cast<int64_t>(objective_->items().size()) / options.batch) {}

  Result<TrainSummary> run() {
    if (steps_per_epoch_ < 1) {
      return fail(ErrorKind::kUsage, cat("--batch ", options_.batch, " is larger than the data (",
                                         objective_->items().size(), " items)"));
    }
    SLAVA_TRY_STATUS(restore());
    SLAVA_TRY(auto metrics, Metrics::open(options_.output, state_.step));
    const int64_t total = steps_per_epoch_ * options_.epochs;
    Progress progress("steps", static_cast<size_t>(total));
    const int64_t first = state_.step;
    while (state_.step < total) {
      const int epoch = static_cast<int>(state_.step / steps_per_epoch_);
      SLAVA_TRY_STATUS(step(epoch, total, metrics));
      progress.show(static_cast<size_t>(state_.step - first),
                    cat("epoch ", epoch + 1, ", loss ", last_loss_));
      const bool epoch_ends = state_.step % steps_per_epoch_ == 0;
      if (epoch_ends) SLAVA_TRY_STATUS(end_epoch(epoch + 1, metrics));
      if (epoch_ends || state_.step % options_.save_every == 0 || interrupted()) {
        SLAVA_TRY_STATUS(save());
      }
      if (interrupted() && state_.step < total) {
        return fail(ErrorKind::kInterrupted, cat("stopped at step ", state_.step, " of ", total,
                                                 "; continue with --resume"));
      }
    }
    SLAVA_TRY_STATUS(write(options_.output / "last"));
    return TrainSummary{state_.step, state_.best, by_auc_ ? "auc" : "loss", state_.best_epoch};
  }

 private:
  std::vector<Parameter> trained_parameters() const {
    std::vector<Parameter> trained;
    for (const Parameter& parameter : objective_->binder().parameters()) {
      const bool frozen = parameter.role == Role::kStatistic ||
                          std::ranges::any_of(options_.freeze, [&](const std::string& prefix) {
                            return parameter.name.starts_with(prefix);
                          });
      if (frozen) continue;
      parameter.tensor.requires_grad_(true);
      trained.push_back(parameter);
    }
    return trained;
  }

  Status step(int epoch, int64_t total, Metrics& metrics) {
    if (epoch != order_epoch_) {
      order_ = epoch_order(objective_->items(), weights_,
                           mix_seed(options_.seed, 1, static_cast<uint64_t>(epoch)));
      order_epoch_ = epoch;
    }
    const int64_t begin = state_.step % steps_per_epoch_ * options_.batch;
    const std::vector<size_t> items(order_.begin() + begin,
                                    order_.begin() + begin + options_.batch);
    // Everything random in a step follows from the seed and the step's number, so that a resumed
    // run repeats what an unbroken one does.
    const uint64_t seed = mix_seed(options_.seed, 2, static_cast<uint64_t>(state_.step));
    at::manual_seed(seed);
    const Tensor loss = objective_->loss(items, seed);
    last_loss_ = loss.item<double>();
    if (!std::isfinite(last_loss_)) {
      return fail(ErrorKind::kInput, cat("the loss at step ", state_.step + 1, " is ", last_loss_,
                                         "; try a smaller --learning-rate or --dtype float32"));
    }
    loss.backward();
    const double norm = optimizer_.clip_gradients(options_.clip);
    const double rate = scheduled_learning_rate(state_.step, total, options_.learning_rate,
                                                options_.warmup, options_.final_learning_rate);
    ++state_.step;
    optimizer_.step(state_.step, rate);
    return metrics.add_step(state_.step, epoch + 1, last_loss_, rate, norm);
  }

  Status end_epoch(int epoch, Metrics& metrics) {
    const Stopwatch watch;
    const Validation validation = objective_->validate();
    const double validation_s = watch.seconds();
    nlohmann::json values = {{"loss", validation.loss}};
    if (validation.auc) values["auc"] = *validation.auc;
    SLAVA_TRY_STATUS(metrics.add_validation(state_.step, epoch, values, validation_s));
    SLAVA_TRY_STATUS(metrics.draw_curve());
    by_auc_ = validation.auc.has_value();
    const double value = by_auc_ ? *validation.auc : validation.loss;
    log_info(cat("epoch ", epoch, ": loss ", last_loss_, ", validation ", values.dump()));
    const bool better =
        state_.best_epoch == 0 || (by_auc_ ? value > state_.best : value < state_.best);
    if (!better) return {};
    state_.best = value;
    state_.best_epoch = epoch;
    return write(options_.output / "best");
  }

  Status write(const std::filesystem::path& folder) const {
    std::vector<Parameter> kept;
    for (const Parameter& parameter : objective_->binder().parameters()) {
      if (objective_->is_kept(parameter)) kept.push_back(parameter);
    }
    SLAVA_TRY_STATUS(write_checkpoint(folder, options_, kept));
    return objective_->write_companions(folder);
  }

  Status save() const {
    TensorMap tensors;
    for (const Parameter& parameter : objective_->binder().parameters()) {
      tensors[cat("parameter.", parameter.name)] = parameter.tensor.detach();
    }
    optimizer_.save(tensors);
    return save_state(options_.output, state_, std::move(tensors));
  }

  Status restore() {
    if (!options_.resume) return {};
    SLAVA_TRY(auto loaded, load_state(options_.output));
    if (loaded.second.empty()) return {};
    const at::NoGradGuard no_grad;
    for (const Parameter& parameter : objective_->binder().parameters()) {
      const auto found = loaded.second.find(cat("parameter.", parameter.name));
      if (found == loaded.second.end() || found->second.sizes() != parameter.tensor.sizes()) {
        return fail(ErrorKind::kModel, cat((options_.output / "state.safetensors").string(),
                                           ": no fitting ", parameter.name));
      }
      Tensor target = parameter.tensor;
      target.copy_(found->second);
    }
    SLAVA_TRY_STATUS(optimizer_.restore(loaded.second));
    state_ = loaded.first;
    log_info(cat("continuing at step ", state_.step));
    return {};
  }

  const TrainOptions& options_;
  std::unique_ptr<TrainingObjective> objective_;
  std::vector<double> weights_;
  AdamW optimizer_;
  int64_t steps_per_epoch_;
  RunState state_;
  std::vector<size_t> order_;
  int order_epoch_ = -1;
  double last_loss_ = 0;
  bool by_auc_ = false;
};

auto maker_of(Objective objective) {
  switch (objective) {
    case Objective::kLabels:
      return make_label_objective;
    case Objective::kRecognition:
      return make_recognition_objective;
    case Objective::kReport:
      break;
  }
  return make_report_objective;
}

Result<TrainSummary> run_training(const TrainOptions& options) {
  SLAVA_TRY_STATUS(check_options(options));
  keep_memory();
  set_threads(options.threads);
  SLAVA_TRY(const auto config, load_checkpoint_config(options.config));
  SLAVA_TRY(const auto preprocess, load_preprocess_config(options.config, config));
  SLAVA_TRY_STATUS(claim_run_folder(options));
  TensorMap tensors;
  if (!options.init.empty()) {
    SLAVA_TRY(tensors, read_weights(options.init));
  }
  SLAVA_TRY(const auto device, resolve_device(Device::kAuto));
  SLAVA_TRY(auto objective,
            maker_of(options.objective)(options, config, preprocess, std::move(tensors), device));
  SLAVA_TRY_STATUS(objective->binder().finish(options.init.string()));
  std::vector<double> weights = options.weighted ? objective->weights() : std::vector<double>();
  return Trainer(options, std::move(objective), std::move(weights)).run();
}

}  // namespace

Result<TrainSummary> train(const TrainOptions& options) {
  // libtorch throws, for example when memory runs out; nothing of it may leave this module.
  try {
    return run_training(options);
  } catch (const std::exception& error) {
    return fail(ErrorKind::kInternal, cat("training failed: ", error.what()));
  }
}

}  // namespace slava
