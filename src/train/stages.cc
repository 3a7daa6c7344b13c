#include "train/stages.h"

#include "base/strings.h"

namespace slava {
namespace {

struct Stage {
  const char* name;
  std::vector<std::string> parts;
  const char* prompt_template;
  double learning_rate;
  int epochs;
  int batch;
};

const std::vector<Stage>& stages() {
  static const std::vector<Stage> table{
      {"recognition", {"projector"}, "plain", 1e-3, 1, 8},
      {"reasoning", {"vision", "projector", "decoder"}, "chat", 2e-5, 1, 4},
      {"reporting", {"vision", "projector", "decoder"}, "chat", 2e-5, 3, 4},
  };
  return table;
}

}  // namespace

const std::vector<std::string>& stage_names() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> all;
    for (const Stage& stage : stages()) all.emplace_back(stage.name);
    return all;
  }();
  return names;
}

Result<TrainOptions> stage_defaults(const std::string& name) {
  for (const Stage& stage : stages()) {
    if (name != stage.name) continue;
    TrainOptions options;
    options.stage = name;
    options.parts = stage.parts;
    options.prompt_template = stage.prompt_template;
    options.learning_rate = stage.learning_rate;
    options.epochs = stage.epochs;
    options.batch = stage.batch;
    options.warmup = 0.03;
    options.final_learning_rate = 0;
    options.weight_decay = 0;
    return options;
  }
  return fail(ErrorKind::kUsage,
              cat("--stage is \"", name, "\"; expected one of: ", join(stage_names(), ", ")));
}

}  // namespace slava
