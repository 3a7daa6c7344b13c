#include <CLI/CLI.hpp>
#include <ostream>

#include "bench/bench.h"
#include "commands/commands.h"
#include "commands/model_folder.h"

namespace slava {
namespace {

class BenchCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    model_.declare(app);
    const char* group = "Measurement";
    app.add_option("--random", options_.shape,
                   "Random weights of this shape in place of a checkpoint")
        ->type_name("SHAPE")
        ->check(CLI::IsMember(bench_shape_names()))
        ->group(group);
    app.add_option("--studies", options_.studies,
                   "Studies of the last measurement; 0: leave it out")
        ->type_name("N")
        ->check(CLI::Range(0, 100000))
        ->capture_default_str()
        ->group(group);
    app.add_option("--new-tokens", options_.new_tokens, "Tokens of the findings")
        ->type_name("T")
        ->check(CLI::Range(2, 4096))
        ->capture_default_str()
        ->group(group);
    app.add_flag("--question-pairs", options_.question_pairs,
                 "Ask for an impression of half as many tokens too")
        ->group(group);
    app.add_option("--write", write_,
                   "Write the random weights as a checkpoint in transformers' layout of LLaVA "
                   "(bfloat16, without a tokenizer) and measure nothing")
        ->type_name("DIR")
        ->group(group);
    app.add_flag("--json", json_, "JSON in place of the table")->group(group);
  }

  Result<ExitCode> run(const Streams& streams) override {
    if (!write_.empty()) {
      if (options_.shape.empty()) {
        return fail(ErrorKind::kUsage, "--write: say which shape with --random SHAPE");
      }
      SLAVA_TRY_STATUS(write_random_checkpoint(options_.shape, write_));
      streams.out << write_ << '\n';
      return ExitCode::kOk;
    }
    if (options_.shape.empty()) {
      SLAVA_TRY(options_.model, find_model(model_.model));
    } else if (!model_.model.empty()) {
      return fail(ErrorKind::kUsage, "--model and --random exclude each other; expected one");
    }
    options_.assistant = model_.options();
    const auto progress = [&](const std::string& what) {
      streams.err << "slava-cxr: measuring: " << what << '\n';
    };
    SLAVA_TRY(const BenchResult result, run_bench(options_, progress));
    streams.out << (json_ ? bench_json(result) + "\n" : bench_table(result));
    return ExitCode::kOk;
  }

 private:
  ModelFlags model_;
  BenchOptions options_;
  std::string write_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Command> make_bench_command() { return std::make_unique<BenchCommand>(); }

}  // namespace slava
