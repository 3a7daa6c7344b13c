#include "train/trainer.h"

#include <ATen/Context.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <random>

#include "base/hash.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/stopwatch.h"
#include "base/strings.h"
#include "train/model_card.h"

namespace slava {
namespace {

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

// What tells the best checkpoint: the nearest to what a reader of reports wants that the objective
// measures.
struct Verdict {
  BestMetric metric;
  double value;
};
Verdict verdict_of(const Validation& validation) {
  if (validation.f1) return {BestMetric::kF1, *validation.f1};
  if (validation.auc) return {BestMetric::kAuc, *validation.auc};
  return {BestMetric::kLoss, validation.loss};
}

}  // namespace

Trainer::Trainer(const TrainOptions& options, std::unique_ptr<TrainingObjective> objective,
                 std::vector<double> weights)
    : options_(options),
      objective_(std::move(objective)),
      weights_(std::move(weights)),
      optimizer_(trained_parameters(), {.weight_decay = options.weight_decay}),
      average_(changing_parameters(), options.ema),
      steps_per_epoch_(static_cast<int64_t>(objective_->items().size()) /
                       (int64_t{options.batch} * options.accumulate)) {}

Result<TrainSummary> Trainer::run() {
  if (steps_per_epoch_ < 1) {
    return fail(ErrorKind::kUsage,
                cat("--batch ", options_.batch, " times --accumulate ", options_.accumulate,
                    " is larger than the data (", objective_->items().size(), " items)"));
  }
  if (optimizer_.trained().empty()) {
    return fail(ErrorKind::kUsage, "everything is frozen: --freeze and --train leave nothing");
  }
  SLAVA_TRY_STATUS(restore());
  SLAVA_TRY(auto metrics, Metrics::open(options_.output, state_.step));
  const int64_t total = steps_per_epoch_ * options_.epochs;
  Progress progress("steps", static_cast<size_t>(total));
  const int64_t first = state_.step;
  while (state_.step < total && !patience_is_over()) {
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
      return fail(ErrorKind::kInterrupted,
                  cat("stopped at step ", state_.step, " of ", total, "; continue with --resume"));
    }
  }
  {
    const AveragedWeights averaged(average_);
    SLAVA_TRY_STATUS(write(options_.output / "last", metrics));
  }
  SLAVA_TRY_STATUS(write_summary(options_.output, summary()));
  return summary();
}

TrainSummary Trainer::summary() const {
  return {state_.step, state_.best, to_text(state_.metric), state_.best_epoch,
          state_.step < steps_per_epoch_ * options_.epochs};
}

bool Trainer::is_frozen(const Parameter& parameter) const {
  if (options_.lora_rank > 0) return parameter.role != Role::kAdapter;
  return parameter.role == Role::kStatistic ||
         std::ranges::any_of(options_.freeze, [&](const std::string& prefix) {
           return parameter.name.starts_with(prefix);
         });
}

std::vector<Parameter> Trainer::trained_parameters() const {
  std::vector<Parameter> trained;
  for (const Parameter& parameter : objective_->binder().parameters()) {
    if (is_frozen(parameter)) continue;
    parameter.tensor.requires_grad_(true);
    trained.push_back(parameter);
  }
  return trained;
}

std::vector<Parameter> Trainer::changing_parameters() const {
  std::vector<Parameter> changing;
  for (const Parameter& parameter : objective_->binder().parameters()) {
    if (parameter.role == Role::kStatistic || !is_frozen(parameter)) changing.push_back(parameter);
  }
  return changing;
}

Status Trainer::step(int epoch, int64_t total, Metrics& metrics) {
  if (epoch != order_epoch_) {
    order_ = epoch_order(objective_->items(), weights_,
                         mix_seed(options_.seed, 1, static_cast<uint64_t>(epoch)));
    order_epoch_ = epoch;
  }
  int64_t begin = state_.step % steps_per_epoch_ * options_.batch * options_.accumulate;
  last_loss_ = 0;
  for (int part = 0; part < options_.accumulate; ++part, begin += options_.batch) {
    const std::vector<size_t> items(order_.begin() + begin,
                                    order_.begin() + begin + options_.batch);
    // Everything random in a step follows from the seed and the step's number, so that a resumed
    // run repeats what an unbroken one does.
    const uint64_t seed =
        mix_seed(options_.seed, 2, static_cast<uint64_t>(state_.step * options_.accumulate + part));
    at::manual_seed(seed);
    const Tensor loss = objective_->loss(items, seed) / options_.accumulate;
    last_loss_ += loss.item<double>();
    if (!std::isfinite(last_loss_)) {
      return fail(ErrorKind::kInput, cat("the loss at step ", state_.step + 1, " is ", last_loss_,
                                         "; try a smaller --learning-rate or --dtype float32"));
    }
    loss.backward();
  }
  const double norm = optimizer_.clip_gradients(options_.clip);
  const double rate = scheduled_learning_rate(state_.step, total, options_.learning_rate,
                                              options_.warmup, options_.final_learning_rate);
  ++state_.step;
  optimizer_.step(state_.step, rate);
  average_.add(state_.step);
  return metrics.add_step(state_.step, epoch + 1, last_loss_, rate, norm);
}

Status Trainer::end_epoch(int epoch, Metrics& metrics) {
  const AveragedWeights averaged(average_);
  const Stopwatch watch;
  const Validation validation = objective_->validate();
  const double validation_s = watch.seconds();
  nlohmann::json values = {{"loss", validation.loss}};
  if (validation.auc) values["auc"] = *validation.auc;
  if (validation.f1) values["f1"] = *validation.f1;
  SLAVA_TRY_STATUS(metrics.add_validation(state_.step, epoch, values, validation_s));
  SLAVA_TRY_STATUS(metrics.draw_curve());
  log_info(cat("epoch ", epoch, ": loss ", last_loss_, ", validation ", values.dump()));
  const Verdict verdict = verdict_of(validation);
  state_.metric = verdict.metric;
  state_.epoch = epoch;
  const bool better =
      state_.best_epoch == 0 || (verdict.metric == BestMetric::kLoss ? verdict.value < state_.best
                                                                     : verdict.value > state_.best);
  if (!better) return {};
  state_.best = verdict.value;
  state_.best_epoch = epoch;
  return write(options_.output / "best", metrics);
}

bool Trainer::patience_is_over() const {
  if (options_.patience == 0 || state_.best_epoch == 0) return false;
  return state_.epoch - state_.best_epoch >= options_.patience;
}

Status Trainer::write(const std::filesystem::path& folder, const Metrics& metrics) {
  std::vector<Parameter> kept;
  for (const Parameter& parameter : objective_->binder().parameters()) {
    if (objective_->is_kept(parameter)) kept.push_back(parameter);
  }
  for (const Parameter& parameter : objective_->binder().unused()) kept.push_back(parameter);
  SLAVA_TRY_STATUS(write_checkpoint(folder, options_, kept));
  if (options_.lora_rank == 0 || options_.lora_save != "apart") {
    SLAVA_TRY_STATUS(objective_->write_companions(folder));
  }
  return write_model_card(folder, options_, summary(), metrics.validations());
}

Status Trainer::save() const {
  TensorMap tensors;
  for (const Parameter& parameter : changing_parameters()) {
    tensors[cat("parameter.", parameter.name)] = parameter.tensor.detach();
  }
  optimizer_.save(tensors);
  average_.save(tensors);
  return save_state(options_.output, state_, std::move(tensors));
}

Status Trainer::restore() {
  if (!options_.resume) return {};
  SLAVA_TRY(auto loaded, load_state(options_.output));
  if (loaded.second.empty()) return {};
  const at::NoGradGuard no_grad;
  for (const Parameter& parameter : changing_parameters()) {
    const auto found = loaded.second.find(cat("parameter.", parameter.name));
    if (found == loaded.second.end() || found->second.sizes() != parameter.tensor.sizes()) {
      return fail(ErrorKind::kModel, cat((options_.output / "state.safetensors").string(),
                                         ": no fitting ", parameter.name));
    }
    Tensor target = parameter.tensor;
    target.copy_(found->second);
  }
  SLAVA_TRY_STATUS(optimizer_.restore(loaded.second));
  SLAVA_TRY_STATUS(average_.restore(loaded.second));
  state_ = loaded.first;
  log_info(cat("continuing at step ", state_.step));
  return {};
}

}  // namespace slava
