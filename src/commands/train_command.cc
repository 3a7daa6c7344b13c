#include <CLI/CLI.hpp>
#include <algorithm>
#include <ostream>

#include "base/interrupt.h"
#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/commands.h"
#include "commands/recipe.h"
#include "commands/train_flags.h"
#include "train/stages.h"
#include "train/train.h"

namespace slava {
namespace {

void tell(const TrainSummary& summary, const std::filesystem::path& run, std::ostream& out) {
  out << "steps " << summary.steps << ", best validation " << summary.best_metric << ' '
      << summary.best << " after epoch " << summary.best_epoch << ": " << (run / "best").string()
      << (summary.stopped_early ? " (no better for --patience epochs)" : "") << '\n';
}

class TrainCommand : public Command {
 public:
  void declare(CLI::App& app) override { flags_.declare(app); }

  Result<ExitCode> run(const Streams& streams) override {
    watch_for_interrupt();
    if (!flags_.recipe().empty()) return run_recipe(streams);
    SLAVA_TRY(const TrainOptions options, flags_.resolve());
    SLAVA_TRY(const TrainSummary summary, train(options));
    tell(summary, options.output, streams.out);
    return ExitCode::kOk;
  }

 private:
  // One stage's options: what was given, else the stage's table, else the top of the recipe, else
  // the defaults. `start`: best checkpoint of the stage before.
  Result<TrainOptions> stage_options(const Recipe& recipe, const RecipeStage& stage,
                                     const std::filesystem::path& start) const {
    FlagValues values = flags_.given();
    values.insert(stage.values.begin(), stage.values.end());
    values.insert(recipe.common.begin(), recipe.common.end());
    if (std::ranges::find(stage_names(), stage.name) != stage_names().end()) {
      values.insert({"stage", {stage.name}});
    }
    // A start that is given for the whole is the first stage's.
    if (!start.empty()) {
      values["init"] = stage.values.contains("init") ? stage.values.at("init")
                                                     : std::vector<std::string>{start.string()};
    }
    std::vector<std::string> arguments;
    for (const auto& [name, texts] : values) {
      // Only names of files may hold commas, and they are given one by one.
      if (name != "data") {
        arguments.push_back(cat("--", name, "=", join(texts, ",")));
        continue;
      }
      for (const std::string& text : texts) arguments.push_back(cat("--data=", text));
    }
    SLAVA_TRY(const CommandEntry* entry, find_command("train"));
    CommandLine line = make_command_line(*entry);
    const auto parsed = parse(line, arguments);
    const auto place = [&] { return cat(flags_.recipe().string(), ": stage ", stage.name); };
    if (!parsed) return fail(parsed.error().in(place()));
    auto options = static_cast<const TrainCommand&>(*line.command).flags_.resolve();
    if (!options) return fail(options.error().in(place()));
    options->output = flags_.output() / stage.name;
    options->resume = !options->force && std::filesystem::exists(options->output / "train.json");
    return options;
  }

  Result<ExitCode> run_recipe(const Streams& streams) const {
    if (flags_.output().empty()) {
      return fail(ErrorKind::kUsage, "--output is missing: the folder of the recipe's runs");
    }
    SLAVA_TRY(const Recipe recipe, read_recipe(flags_.recipe()));
    std::vector<TrainOptions> runs;
    std::filesystem::path start;
    for (const RecipeStage& stage : recipe.stages) {
      SLAVA_TRY(runs.emplace_back(), stage_options(recipe, stage, start));
      start = runs.back().output / "best";
      const bool is_last = &stage == &recipe.stages.back();
      if (!is_last && runs.back().lora_rank > 0 && runs.back().lora_save == "apart") {
        return fail(ErrorKind::kUsage,
                    cat(flags_.recipe().string(), ": stage ", stage.name,
                        ": lora-save is apart, and the next stage needs a whole checkpoint; "
                        "expected merged or both"));
      }
    }
    for (const TrainOptions& options : runs) {
      const std::string name = options.output.filename().string();
      SLAVA_TRY(const auto finished, finished_run(options));
      streams.out << name << ": ";
      if (finished) {
        streams.out << "complete already, ";
        tell(*finished, options.output, streams.out);
        continue;
      }
      streams.out << std::flush;
      const auto summary = train(options);
      if (!summary) return fail(summary.error().in(cat("stage ", name)));
      tell(*summary, options.output, streams.out);
    }
    return ExitCode::kOk;
  }

  TrainFlags flags_;
};

}  // namespace

std::unique_ptr<Command> make_train_command() { return std::make_unique<TrainCommand>(); }

}  // namespace slava
