#include <CLI/CLI.hpp>
#include <ostream>

#include "commands/commands.h"
#include "evaluate/evaluate_files.h"

namespace slava {
namespace {

class EvaluateCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("--references", request_.references,
                   "Reports by physicians: JSONL, CSV, or R2Gen's annotation.json")
        ->type_name("PATH");
    app.add_option("--predictions", request_.predictions,
                   "Reports to evaluate: JSONL, CSV, an answers file,\n"
                   "or the folder that report --output wrote")
        ->type_name("PATH");
    app.add_option("--split", request_.split, "Studies of this split alone")->type_name("NAME");
    app.add_option("--section", request_.section, "Compare findings, impression or both")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--protocol", request_.protocol,
                   "Prepare texts as plain, r2gen, r2gen-mimic or verbatim")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--compare-with", request_.compare_with,
                   "Other predictions for the same studies: paired differences")
        ->type_name("PATH");
    app.add_option("--train-split", request_.train_split,
                   "Training reports: adds their best constant as a control")
        ->type_name("PATH");
    app.add_option("--resamples", request_.resamples, "Bootstrap resamples for the intervals")
        ->type_name("N")
        ->check(CLI::Range(0, 100000))
        ->capture_default_str();
    app.add_option("--seed", request_.seed, "Seed of resamples and of the shuffled control")
        ->type_name("N")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_flag("--json", request_.json, "One JSON object instead of the table");
    app.add_option("--html", request_.html, "Write a page with tables, bars and worst studies")
        ->type_name("FILE");
    app.add_option("--save-baseline", request_.save_baseline, "Write the scores for later runs")
        ->type_name("FILE");
    app.add_option("--baseline", request_.baseline,
                   "Compare with saved scores; exit code 9 when worse")
        ->type_name("FILE");
    app.add_option("--tolerance", request_.tolerance, "JSON: how much worse each metric may get")
        ->type_name("FILE");
    app.add_option("--junit", request_.junit, "Write the comparison as JUnit XML")
        ->type_name("FILE");
  }

  Result<ExitCode> run(const Streams& streams) override {
    SLAVA_TRY(const EvaluateOutcome outcome, evaluate_files(request_));
    streams.err << outcome.talk;
    streams.out << outcome.out;
    return outcome.code;
  }

 private:
  EvaluateRequest request_;
};

}  // namespace

std::unique_ptr<Command> make_evaluate_command() { return std::make_unique<EvaluateCommand>(); }

}  // namespace slava
