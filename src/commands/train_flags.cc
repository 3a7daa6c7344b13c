#include "commands/train_flags.h"

#include <algorithm>
#include <cstdlib>

#include "train/stages.h"

namespace slava {
namespace {

// What a stage sets, and the flag that overrides it.
struct StageDefault {
  const char* flag;
  void (*take)(TrainOptions& options, const TrainOptions& stage);
};
constexpr StageDefault kStageDefaults[] = {
    {"--train", [](TrainOptions& o, const TrainOptions& s) { o.parts = s.parts; }},
    {"--template",
     [](TrainOptions& o, const TrainOptions& s) { o.prompt_template = s.prompt_template; }},
    {"--epochs", [](TrainOptions& o, const TrainOptions& s) { o.epochs = s.epochs; }},
    {"--batch", [](TrainOptions& o, const TrainOptions& s) { o.batch = s.batch; }},
    {"--learning-rate",
     [](TrainOptions& o, const TrainOptions& s) { o.learning_rate = s.learning_rate; }},
    {"--final-learning-rate",
     [](TrainOptions& o, const TrainOptions& s) { o.final_learning_rate = s.final_learning_rate; }},
    {"--warmup", [](TrainOptions& o, const TrainOptions& s) { o.warmup = s.warmup; }},
    {"--weight-decay",
     [](TrainOptions& o, const TrainOptions& s) { o.weight_decay = s.weight_decay; }},
};

// FILE or FILE=SHARE; what stands behind the last = is a share only if it is a number.
DataShare share_of(const std::string& text) {
  const size_t equals = text.rfind('=');
  if (equals == std::string::npos) return {text, 1};
  char* end = nullptr;
  const double share = std::strtod(text.c_str() + equals + 1, &end);
  if (equals + 1 == text.size() || *end != '\0') return {text, 1};
  return {text.substr(0, equals), share};
}

CLI::Option* number(CLI::App& app, const std::string& name, double& value, const std::string& help,
                    double low, double high) {
  return app.add_option(name, value, help)
      ->type_name("X")
      ->check(CLI::Range(low, high))
      ->capture_default_str();
}
CLI::Option* count(CLI::App& app, const std::string& name, int& value, const std::string& help,
                   int low) {
  return app.add_option(name, value, help)
      ->type_name("N")
      ->check(CLI::Range(low, 1 << 30))
      ->capture_default_str();
}
CLI::Option* path(CLI::App& app, const std::string& name, std::filesystem::path& value,
                  const std::string& help, const char* type) {
  return app.add_option(name, value, help)->type_name(type);
}
CLI::Option* choice(CLI::App& app, const std::string& name, std::string& value,
                    const std::string& help, const std::vector<std::string>& choices) {
  return app.add_option(name, value, help)
      ->type_name("WORD")
      ->check(CLI::IsMember(choices))
      ->capture_default_str();
}

}  // namespace

void TrainFlags::declare(CLI::App& app) {
  app_ = &app;
  declare_data(app);
  declare_model(app);
  declare_schedule(app);
  declare_recognition(app);
  declare_adapters(app);
  declare_augmentation(app);
  declare_running(app);
}

Result<TrainOptions> TrainFlags::resolve() const {
  TrainOptions options = options_;
  for (const std::string& data : data_) options.mixture.push_back(share_of(data));
  if (!data_.empty()) options.data = options.mixture.front().file;
  if (data_.size() == 1) options.mixture.clear();
  if (objective_ == "labels") options.objective = Objective::kLabels;
  if (objective_ == "recognition") options.objective = Objective::kRecognition;
  if (dtype_ == "float32") options.dtype = NumberType::kFloat32;
  if (dtype_ == "bfloat16") options.dtype = NumberType::kBfloat16;
  if (options.stage.empty()) return options;
  SLAVA_TRY(const TrainOptions stage, stage_defaults(options.stage));
  for (const StageDefault& value : kStageDefaults) {
    if (app_->get_option(value.flag)->count() == 0) value.take(options, stage);
  }
  return options;
}

FlagValues TrainFlags::given() const {
  FlagValues values;
  for (const CLI::Option* option : app_->get_options()) {
    if (option->count() > 0 && option->get_configurable() && !option->get_lnames().empty()) {
      values[option->get_lnames().front()] = option->results();
    }
  }
  for (const char* own : {"recipe", "output", "resume", "config", "log-level", "log-file"}) {
    values.erase(own);
  }
  return values;
}

void TrainFlags::declare_data(CLI::App& app) {
  const char* group = "Data";
  app.add_option("--data", data_,
                 "Items to train on: JSON list of id, image, views, conversations, labels, "
                 "weight; several times: drawn from in turn by their shares (default: 1 each)")
      ->type_name("FILE[=SHARE]")
      ->allow_extra_args(false)
      ->group(group);
  path(app, "--validation", options_.validation, "Items that only measure", "FILE")->group(group);
  path(app, "--image-root", options_.image_root, "Relative paths of images start here", "DIR")
      ->group(group);
  app.add_flag("--weighted", options_.weighted,
               "Draw items by their weight, not each once an epoch")
      ->group(group);
}

void TrainFlags::declare_model(CLI::App& app) {
  const char* group = "Model";
  path(app, "--config-from", options_.config, "Folder with config.json and its companions", "DIR")
      ->group(group);
  path(app, "--init", options_.init, "Checkpoint to start from; parts it lacks start at random",
       "DIR")
      ->group(group);
  path(app, "--output", options_.output, "The run's folder: state, metrics, best and last", "DIR")
      ->group(group);
  choice(app, "--objective", objective_,
         "report: the text; labels: yes or no per label, on the vision encoder alone; "
         "recognition: the head that tells the text what is seen, on the frozen encoder",
         {"report", "labels", "recognition"})
      ->group(group);
  app.add_option("--freeze", options_.freeze,
                 "Parameters whose names begin so are not trained (several with commas)")
      ->type_name("PREFIX")
      ->delimiter(',')
      ->group(group);
}

void TrainFlags::declare_schedule(CLI::App& app) {
  const char* group = "Schedule";
  app.add_option("--stage", options_.stage,
                 "Defaults of a stage of Re3Training: recognition trains the projector on bare "
                 "answers at 1e-3; reasoning and reporting train everything at 2e-5, 1 and 3 "
                 "epochs")
      ->type_name("STAGE")
      ->check(CLI::IsMember(stage_names()))
      ->group(group);
  path(app, "--recipe", recipe_,
       "Stages in turn, [[stage]] tables of flags: each has a run folder under --output, starts "
       "from the best of the one before, and is skipped when it is complete",
       "FILE")
      ->group(group);
  app.add_option("--train", options_.parts,
                 "What is trained, of vision, projector and decoder (several with commas); "
                 "default: all")
      ->type_name("PART")
      ->delimiter(',')
      ->check(
          CLI::IsMember(std::vector<std::string>(std::begin(kModelParts), std::end(kModelParts))))
      ->group(group);
  choice(app, "--template", options_.prompt_template,
         "chat: the checkpoint's conversation; plain: films, then the answer, without a question",
         {"chat", "plain"})
      ->group(group);
  count(app, "--epochs", options_.epochs, "Passes over the data", 1)->group(group);
  count(app, "--batch", options_.batch, "Items that are computed together", 1)->group(group);
  count(app, "--accumulate", options_.accumulate, "Batches a step: the gradients of N are added up",
        1)
      ->group(group);
  number(app, "--ema", options_.ema,
         "Decay of a running average of the weights, which is validated and saved; 0: none", 0,
         0.999999)
      ->group(group);
  count(app, "--patience", options_.patience,
        "Epochs without a better validation (F1, else AUC, else loss) until the run ends; 0: "
        "never",
        0)
      ->group(group);
  number(app, "--learning-rate", options_.learning_rate, "At the top of the schedule", 0, 10)
      ->group(group);
  number(app, "--final-learning-rate", options_.final_learning_rate,
         "Share of it that is left at the end", 0, 1)
      ->group(group);
  number(app, "--warmup", options_.warmup, "Share of the steps until the top", 0, 1)->group(group);
  number(app, "--weight-decay", options_.weight_decay, "Of matrices, not of biases and norms", 0,
         10)
      ->group(group);
  number(app, "--clip", options_.clip, "Largest norm of all gradients together", 0, 1e9)
      ->group(group);
  number(app, "--label-smoothing", options_.label_smoothing,
         "Share of the target that is spread over all tokens", 0, 1)
      ->group(group);
  number(app, "--label-weight", options_.label_weight,
         "Weight of a label loss beside the text's: labels read off the prompt's last state", 0,
         100)
      ->group(group);
}

void TrainFlags::declare_recognition(CLI::App& app) {
  const char* group = "Recognition";
  number(app, "--side-weight", options_.side_weight,
         "Objective labels: weight of a loss on the sides that reports tell, beside the labels'", 0,
         100)
      ->group(group);
  number(app, "--shrinkage", options_.shrinkage,
         "Objective recognition: how strongly its weights are drawn to 0", 0, 1e6)
      ->group(group);
  count(app, "--validation-drafts", options_.validation_drafts,
        "Objective report: so many validation items are drafted after each epoch; the macro F1 of "
        "the drafts' labels then chooses the best epoch; 0: the loss does",
        0)
      ->group(group);
  number(app, "--composed", options_.composed,
         "Objective report, with a recognition head: share of the draws that are reports put "
         "together of the data's sentences, so that the text follows the signs",
         0, 1)
      ->group(group);
}

void TrainFlags::declare_adapters(CLI::App& app) {
  const char* group = "Low-rank adapters on the decoder (LoRA); everything else is frozen";
  count(app, "--lora-rank", options_.lora_rank, "Inner width of the adapters; 0: none", 0)
      ->group(group);
  number(app, "--lora-alpha", options_.lora_alpha, "Adapters are scaled by X / rank", 0, 1e6)
      ->group(group);
  number(app, "--lora-dropout", options_.lora_dropout, "Of an adapter's input, in training", 0, 1)
      ->group(group);
  app.add_option("--lora-targets", options_.lora_targets,
                 "Last names of the layers, as q_proj,v_proj; default: every linear layer of the "
                 "decoder's blocks")
      ->type_name("NAME")
      ->delimiter(',')
      ->group(group);
  choice(app, "--lora-save", options_.lora_save,
         "merged: whole checkpoints; apart: adapter/ in the form of Hugging Face's PEFT; both",
         {"merged", "apart", "both"})
      ->group(group);
}

void TrainFlags::declare_augmentation(CLI::App& app) {
  const char* group = "Augmentation (films and sides are never mirrored)";
  number(app, "--rotate-deg", options_.rotate_deg, "Largest rotation, in degrees", 0, 45)
      ->group(group);
  number(app, "--shift", options_.shift, "Largest shift, share of the side", 0, 0.5)->group(group);
  number(app, "--scale", options_.scale, "Largest change of size", 0, 0.5)->group(group);
  number(app, "--contrast", options_.contrast,
         "Largest change of contrast and, halved, of brightness", 0, 1)
      ->group(group);
  number(app, "--view-dropout", options_.view_dropout,
         "Chance that one of two films of an item is left out", 0, 1)
      ->group(group);
  number(app, "--feature-noise", options_.feature_noise,
         "Dropout of image features when they are cached", 0, 1)
      ->group(group);
  count(app, "--feature-copies", options_.feature_copies,
        "Augmented copies a film when the encoder is frozen and cached", 1)
      ->group(group);
  app.add_option("--feature-store", options_.feature_store,
                 "Keep what a frozen encoder sees of each film in this folder, for later runs with "
                 "the same encoder")
      ->type_name("DIR")
      ->group(group);
}

void TrainFlags::declare_running(CLI::App& app) {
  const char* group = "Running";
  choice(app, "--dtype", dtype_, "Arithmetic; auto: bfloat16 where the processor has it",
         {"auto", "float32", "bfloat16"})
      ->group(group);
  choice(app, "--save-dtype", options_.save_dtype, "Number type of the checkpoints",
         {"bfloat16", "float32"})
      ->group(group);
  app.add_option("--seed", options_.seed, "The same seed on one thread gives the same run")
      ->type_name("N")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(group);
  count(app, "--threads", options_.threads, "Processor threads; 0: all cores", 0)->group(group);
  app.add_flag("--checkpointing", options_.checkpointing,
               "Compute the decoder's blocks again in backward: less memory, a third more time")
      ->group(group);
  count(app, "--save-every", options_.save_every, "Steps between two saved states", 1)
      ->group(group);
  app.add_flag("--resume", options_.resume, "Go on with the run in --output")->group(group);
  app.add_flag("--force", options_.force, "Start over in an --output that holds a run")
      ->group(group);
}

}  // namespace slava
