#include <CLI/CLI.hpp>
#include <ostream>

#include "base/interrupt.h"
#include "commands/commands.h"
#include "train/train.h"

namespace slava {
namespace {

class TrainCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    declare_data(app);
    declare_model(app);
    declare_schedule(app);
    declare_recognition(app);
    declare_augmentation(app);
    declare_running(app);
  }

  Result<ExitCode> run(const Streams& streams) override {
    if (objective_ == "labels") options_.objective = Objective::kLabels;
    if (objective_ == "recognition") options_.objective = Objective::kRecognition;
    if (dtype_ == "float32") options_.dtype = NumberType::kFloat32;
    if (dtype_ == "bfloat16") options_.dtype = NumberType::kBfloat16;
    watch_for_interrupt();
    SLAVA_TRY(const TrainSummary summary, train(options_));
    streams.out << "steps " << summary.steps << ", best validation " << summary.best_metric << ' '
                << summary.best << " after epoch " << summary.best_epoch << ": "
                << (options_.output / "best").string() << '\n';
    return ExitCode::kOk;
  }

 private:
  static CLI::Option* number(CLI::App& app, const std::string& name, double& value,
                             const std::string& help, double low, double high) {
    return app.add_option(name, value, help)
        ->type_name("X")
        ->check(CLI::Range(low, high))
        ->capture_default_str();
  }
  static CLI::Option* count(CLI::App& app, const std::string& name, int& value,
                            const std::string& help, int low) {
    return app.add_option(name, value, help)
        ->type_name("N")
        ->check(CLI::Range(low, 1 << 30))
        ->capture_default_str();
  }
  static CLI::Option* path(CLI::App& app, const std::string& name, std::filesystem::path& value,
                           const std::string& help, const char* type) {
    return app.add_option(name, value, help)->type_name(type);
  }
  static CLI::Option* choice(CLI::App& app, const std::string& name, std::string& value,
                             const std::string& help, const std::vector<std::string>& choices) {
    return app.add_option(name, value, help)
        ->type_name("WORD")
        ->check(CLI::IsMember(choices))
        ->capture_default_str();
  }

  void declare_data(CLI::App& app) {
    const char* group = "Data";
    path(app, "--data", options_.data,
         "Items to train on: JSON list of id, image, views, conversations, labels, weight", "FILE")
        ->group(group);
    path(app, "--validation", options_.validation, "Items that only measure", "FILE")->group(group);
    path(app, "--image-root", options_.image_root, "Relative paths of images start here", "DIR")
        ->group(group);
    app.add_flag("--weighted", options_.weighted,
                 "Draw items by their weight, not each once an epoch")
        ->group(group);
  }

  void declare_model(CLI::App& app) {
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

  void declare_schedule(CLI::App& app) {
    const char* group = "Schedule";
    count(app, "--epochs", options_.epochs, "Passes over the data", 1)->group(group);
    count(app, "--batch", options_.batch, "Items a step", 1)->group(group);
    number(app, "--learning-rate", options_.learning_rate, "At the top of the schedule", 0, 10)
        ->group(group);
    number(app, "--final-learning-rate", options_.final_learning_rate,
           "Share of it that is left at the end", 0, 1)
        ->group(group);
    number(app, "--warmup", options_.warmup, "Share of the steps until the top", 0, 1)
        ->group(group);
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

  void declare_recognition(CLI::App& app) {
    const char* group = "Recognition";
    number(app, "--shrinkage", options_.shrinkage,
           "Objective recognition: how strongly its weights are drawn to 0", 0, 1e6)
        ->group(group);
    number(app, "--composed", options_.composed,
           "Objective report, with a recognition head: share of the draws that are reports put "
           "together of the data's sentences, so that the text follows the signs",
           0, 1)
        ->group(group);
  }

  void declare_augmentation(CLI::App& app) {
    const char* group = "Augmentation (films and sides are never mirrored)";
    number(app, "--rotate-deg", options_.rotate_deg, "Largest rotation, in degrees", 0, 45)
        ->group(group);
    number(app, "--shift", options_.shift, "Largest shift, share of the side", 0, 0.5)
        ->group(group);
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
  }

  void declare_running(CLI::App& app) {
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
    count(app, "--save-every", options_.save_every, "Steps between two saved states", 1)
        ->group(group);
    app.add_flag("--resume", options_.resume, "Go on with the run in --output")->group(group);
    app.add_flag("--force", options_.force, "Start over in an --output that holds a run")
        ->group(group);
  }

  TrainOptions options_;
  std::string objective_ = "report";
  std::string dtype_ = "auto";
};

}  // namespace

std::unique_ptr<Command> make_train_command() { return std::make_unique<TrainCommand>(); }

}  // namespace slava
