#include "train/train.h"

#include <malloc.h>

#include <algorithm>
#include <limits>

#include "assistant/layout.h"
#include "assistant/loaded_checkpoint.h"
#include "base/strings.h"
#include "nn/device.h"
#include "nn/weight_files.h"
#include "train/objective.h"
#include "train/run_folder.h"
#include "train/trainer.h"

namespace slava {
namespace {

tl::unexpected<Error> wrong(const std::string& what) { return fail(ErrorKind::kUsage, what); }

Status check_word(const std::string& value, const char* flag,
                  const std::vector<std::string>& choices) {
  if (std::ranges::find(choices, value) != choices.end()) return {};
  return wrong(cat(flag, " is \"", value, "\"; expected one of: ", join(choices, ", ")));
}

Status check_adapters(const TrainOptions& options) {
  SLAVA_TRY_STATUS(check_word(options.lora_save, "--lora-save", {"merged", "apart", "both"}));
  if (options.lora_rank < 0) return wrong("--lora-rank must be at least 0");
  if (options.lora_rank == 0) {
    if (!options.lora_targets.empty()) return wrong("--lora-targets needs --lora-rank");
    return {};
  }
  if (!(options.lora_alpha > 0)) return wrong("--lora-alpha must be above 0");
  if (options.objective != Objective::kReport) {
    return wrong("--lora-rank is for the decoder, which only --objective report trains");
  }
  if (options.label_weight > 0) {
    return wrong("--label-weight trains a head, but with --lora-rank only adapters are trained");
  }
  if (!options.parts.empty() &&
      std::ranges::find(options.parts, "decoder") == options.parts.end()) {
    return wrong("--lora-rank trains the decoder, which --train leaves out");
  }
  if (options.init.empty()) return wrong("--lora-rank needs --init: a checkpoint to adapt");
  return {};
}

Status check_mixture(const TrainOptions& options) {
  for (const DataShare& source : options.mixture) {
    if (source.share > 0) continue;
    return wrong(
        cat("--data ", source.file.string(), "=", source.share, ": the share must be above 0"));
  }
  if (!options.mixture.empty() && options.objective == Objective::kRecognition) {
    return wrong("--data more than once is for the objectives report and labels");
  }
  return {};
}

Status check_options(const TrainOptions& options) {
  if (options.data.empty()) return wrong("--data is missing: the training items, a JSON file");
  if (options.validation.empty()) return wrong("--validation is missing: the items that measure");
  if (options.config.empty()) {
    return wrong(
        "--config-from is missing: a folder with config.json and preprocessor_config.json");
  }
  if (options.output.empty()) return wrong("--output is missing: the run folder");
  if (options.epochs < 1 || options.batch < 1)
    return wrong("--epochs and --batch must be at least 1");
  if (options.accumulate < 1) return wrong("--accumulate must be at least 1");
  if (options.patience < 0) return wrong("--patience must be at least 0");
  if (!(options.ema >= 0 && options.ema < 1)) {
    return wrong("--ema must be at least 0 and below 1");
  }
  if (!(options.learning_rate > 0)) return wrong("--learning-rate must be above 0");
  if (options.save_every < 1) return wrong("--save-every must be at least 1");
  if (options.feature_copies < 0) return wrong("--feature-copies must be at least 0");
  for (const auto& [value, flag] : {std::pair{options.warmup, "--warmup"},
                                    {options.view_dropout, "--view-dropout"},
                                    {options.composed, "--composed"},
                                    {options.feature_noise, "--feature-noise"},
                                    {options.label_smoothing, "--label-smoothing"},
                                    {options.lora_dropout, "--lora-dropout"},
                                    {options.final_learning_rate, "--final-learning-rate"}}) {
    if (!(value >= 0 && value <= 1)) return wrong(cat(flag, " must lie between 0 and 1"));
  }
  SLAVA_TRY_STATUS(check_word(options.save_dtype, "--save-dtype", {"bfloat16", "float32"}));
  SLAVA_TRY_STATUS(check_word(options.prompt_template, "--template", {"chat", "plain"}));
  for (const std::string& part : options.parts) {
    SLAVA_TRY_STATUS(check_word(part, "--train", {std::begin(kModelParts), std::end(kModelParts)}));
  }
  if (options.objective == Objective::kLabels && !options.parts.empty() &&
      std::ranges::find(options.parts, "vision") == options.parts.end()) {
    return wrong("--train leaves out vision, which is what --objective labels trains");
  }
  SLAVA_TRY_STATUS(check_mixture(options));
  return check_adapters(options);
}

// The options with the parts that are not trained among `freeze`.
TrainOptions with_frozen_parts(TrainOptions options, const CheckpointConfig& config) {
  const auto freeze = [&](const std::string& prefix) { options.freeze.push_back(prefix); };
  const auto trains = [&](const char* part) {
    if (options.lora_rank > 0) return false;
    return options.parts.empty() || std::ranges::find(options.parts, part) != options.parts.end();
  };
  if (!trains("vision")) freeze(config.vision_scope);
  if (!trains("projector")) freeze(config.projector.scope);
  if (!trains("decoder")) {
    const std::string& scope = config.decoder_scopes.model;
    for (const char* name : {".embed_tokens", ".layers", ".norm", ".final_layernorm"}) {
      freeze(scope + name);
    }
    freeze(config.decoder_scopes.head);
  }
  return options;
}

// LLaVA's template for aligning the projector: films, then the answer, and nothing else.
void ask_plainly(PromptConfig& prompt) {
  prompt.conversation = "{films}";
  prompt.frontal = prompt.lateral = "<image>\n";
  prompt.question.clear();
}

// Every step frees and wants the same large blocks again; given back to the system they cost a
// tenth of the time in page faults.
void keep_memory() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());
}

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

Result<TrainSummary> run_training(const TrainOptions& wish) {
  SLAVA_TRY_STATUS(check_options(wish));
  keep_memory();
  set_up_libtorch(wish.threads);
  SLAVA_TRY(auto config, load_checkpoint_config(wish.config));
  TensorMap tensors;
  if (!wish.init.empty()) {
    SLAVA_TRY(tensors, read_weights(wish.init));
    drop_computed_tables(tensors);
    SLAVA_TRY(const Layout* layout,
              layout_of(config.whole, (wish.config / "config.json").string()));
    layout->locate(tensors, config);
  }
  SLAVA_TRY(const auto preprocess, load_preprocess_config(wish.config, config));
  SLAVA_TRY_STATUS(claim_run_folder(wish));
  if (wish.prompt_template == "plain") ask_plainly(config.prompt);
  const TrainOptions options = with_frozen_parts(wish, config);
  SLAVA_TRY(const auto device, resolve_device(Device::kAuto));
  SLAVA_TRY(auto objective,
            maker_of(options.objective)(options, config, preprocess, std::move(tensors), device));
  SLAVA_TRY_STATUS(objective->binder().finish(options.init.string()));
  if (const auto unmatched = objective->binder().unmatched_targets(); !unmatched.empty()) {
    return wrong(
        cat("--lora-targets: the decoder has no linear layer named ", join(unmatched, ", ")));
  }
  std::vector<double> weights;
  if (options.weighted || !options.mixture.empty()) weights = objective->weights();
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

Result<std::optional<TrainSummary>> finished_run(const TrainOptions& options) {
  SLAVA_TRY(const auto summary, read_summary(options.output));
  if (!summary || options.force) return std::nullopt;
  TrainOptions same = options;
  same.resume = true;
  SLAVA_TRY_STATUS(check_options(same));
  SLAVA_TRY_STATUS(claim_run_folder(same));
  return summary;
}

}  // namespace slava
