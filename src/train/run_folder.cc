#include "train/run_folder.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/strings.h"
#include "nn/safetensors.h"
#include "train/loss_curve.h"

namespace slava {
namespace {

using nlohmann::json;

const char* to_text(NumberType type) {
  return type == NumberType::kFloat32    ? "float32"
         : type == NumberType::kBfloat16 ? "bfloat16"
                                         : "auto";
}

const char* name_of(Objective objective) {
  switch (objective) {
    case Objective::kReport:
      return "report";
    case Objective::kLabels:
      return "labels";
    case Objective::kRecognition:
      return "recognition";
  }
  return "";
}

// These may differ between the two halves of a run.
constexpr const char* kFreeToChange[] = {"save_every", "threads", "output"};

}  // namespace

Result<Metrics> Metrics::open(const std::filesystem::path& run, int64_t last_step) {
  Metrics metrics;
  metrics.run_ = run;
  const auto path = run / "metrics.jsonl";
  std::string kept;
  if (std::filesystem::exists(path)) {
    SLAVA_TRY(const std::string text, read_file(path));
    for (const std::string& line : split(text, '\n')) {
      const json read = json::parse(line, nullptr, /*allow_exceptions=*/false);
      // A kill may leave half a line at the end.
      if (!read.is_object() || read.value("step", int64_t{0}) > last_step) continue;
      metrics.remember(read);
      kept += line + "\n";
    }
  }
  SLAVA_TRY_STATUS(write_file_atomically(path, kept));
  return metrics;
}

Status Metrics::add_step(int64_t step, int epoch, double loss, double learning_rate,
                         double gradient_norm) {
  return append({{"step", step},
                 {"epoch", epoch},
                 {"loss", loss},
                 {"lr", learning_rate},
                 {"grad_norm", gradient_norm}});
}

Status Metrics::add_validation(int64_t step, int epoch, const json& values, double seconds) {
  return append({{"step", step}, {"epoch", epoch}, {"validation", values}, {"seconds", seconds}});
}

Status Metrics::append(const json& line) {
  std::ofstream out(run_ / "metrics.jsonl", std::ios::app);
  out << line.dump() << '\n';
  if (!out.flush()) {
    return fail(ErrorKind::kOutput, cat((run_ / "metrics.jsonl").string(), ": cannot be written"));
  }
  remember(line);
  return {};
}

void Metrics::remember(const json& line) {
  const auto step = line.value("step", 0.0);
  if (line.contains("validation")) {
    validation_.push_back({step, line["validation"].value("loss", 0.0)});
  } else {
    training_.push_back({step, line.value("loss", 0.0)});
  }
}

Status Metrics::draw_curve() const {
  SLAVA_TRY(const std::string png, draw_loss_curve(training_, validation_));
  return write_file_atomically(run_ / "loss.png", png);
}

json to_json(const TrainOptions& options) {
  return {{"data", options.data.string()},
          {"validation", options.validation.string()},
          {"image_root", options.image_root.string()},
          {"config", options.config.string()},
          {"init", options.init.string()},
          {"output", options.output.string()},
          {"objective", name_of(options.objective)},
          {"freeze", options.freeze},
          {"epochs", options.epochs},
          {"batch", options.batch},
          {"learning_rate", options.learning_rate},
          {"final_learning_rate", options.final_learning_rate},
          {"warmup", options.warmup},
          {"weight_decay", options.weight_decay},
          {"clip", options.clip},
          {"label_smoothing", options.label_smoothing},
          {"label_weight", options.label_weight},
          {"shrinkage", options.shrinkage},
          {"composed", options.composed},
          {"weighted", options.weighted},
          {"rotate_deg", options.rotate_deg},
          {"shift", options.shift},
          {"scale", options.scale},
          {"contrast", options.contrast},
          {"view_dropout", options.view_dropout},
          {"feature_noise", options.feature_noise},
          {"feature_copies", options.feature_copies},
          {"dtype", to_text(options.dtype)},
          {"save_dtype", options.save_dtype},
          {"seed", options.seed},
          {"threads", options.threads},
          {"save_every", options.save_every}};
}

Status claim_run_folder(const TrainOptions& options) {
  const auto path = options.output / "train.json";
  const json wanted = to_json(options);
  if (std::filesystem::exists(path) && !options.force) {
    if (!options.resume) {
      return fail(ErrorKind::kUsage, cat(options.output.string(),
                                         ": holds a training run already; "
                                         "continue it with --resume or start over with --force"));
    }
    SLAVA_TRY(const std::string text, read_file(path));
    json found = json::parse(text, nullptr, /*allow_exceptions=*/false);
    json compared = wanted;
    for (const char* key : kFreeToChange) {
      compared.erase(key);
      if (found.is_object()) found.erase(key);
    }
    if (found != compared) {
      std::vector<std::string> differing;
      for (const auto& [key, value] : compared.items()) {
        if (!found.is_object() || found.value(key, json()) != value) differing.push_back(key);
      }
      return fail(ErrorKind::kUsage, cat(path.string(),
                                         ": --resume needs the options of the run; "
                                         "these differ: ",
                                         join(differing, ", ")));
    }
  }
  if (options.force) {
    for (const char* name : {"metrics.jsonl", "state.safetensors", "loss.png", "tokenizer.model"}) {
      std::error_code ignored;
      std::filesystem::remove(options.output / name, ignored);
    }
  }
  return write_file_atomically(path, wanted.dump(1) + "\n");
}

Status save_state(const std::filesystem::path& run, const RunState& state, TensorMap tensors) {
  tensors["run.step"] = at::tensor(state.step, at::kLong);
  tensors["run.best"] = at::tensor(state.best, at::kDouble);
  tensors["run.best_epoch"] = at::tensor(int64_t{state.best_epoch}, at::kLong);
  return write_safetensors(run / "state.safetensors", tensors);
}

Result<std::pair<RunState, TensorMap>> load_state(const std::filesystem::path& run) {
  const auto path = run / "state.safetensors";
  std::pair<RunState, TensorMap> loaded;
  if (!std::filesystem::exists(path)) return loaded;
  SLAVA_TRY(loaded.second, read_safetensors(path));
  for (const char* name : {"run.step", "run.best", "run.best_epoch"}) {
    const auto found = loaded.second.find(name);
    if (found == loaded.second.end() || found->second.numel() != 1) {
      return fail(ErrorKind::kModel,
                  cat(path.string(), ": no training state: ", name, " is missing"));
    }
  }
  loaded.first.step = loaded.second["run.step"].item<int64_t>();
  loaded.first.best = loaded.second["run.best"].item<double>();
  loaded.first.best_epoch = static_cast<int>(loaded.second["run.best_epoch"].item<int64_t>());
  return loaded;
}

Status write_checkpoint(const std::filesystem::path& folder, const TrainOptions& options,
                        const std::vector<Parameter>& parameters) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  for (const char* name : {"generation_config.json", "preprocessor_config.json"}) {
    const auto source = options.config / name;
    if (!std::filesystem::exists(source)) continue;
    SLAVA_TRY(const std::string text, read_file(source));
    SLAVA_TRY_STATUS(write_file_atomically(folder / name, text, 0644));
  }
  SLAVA_TRY(const std::string text, read_file(options.config / "config.json"));
  auto config = nlohmann::ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!config.is_object()) {
    return fail(ErrorKind::kModel,
                cat((options.config / "config.json").string(), ": no JSON object"));
  }
  config["torch_dtype"] = options.save_dtype;
  SLAVA_TRY_STATUS(write_file_atomically(folder / "config.json", config.dump(2) + "\n", 0644));
  TensorMap tensors;
  const auto dtype = options.save_dtype == "bfloat16" ? at::kBFloat16 : at::kFloat;
  for (const Parameter& parameter : parameters) {
    // Statistics keep their range: variances span many orders of magnitude.
    tensors[parameter.name] = parameter.role == Role::kStatistic
                                  ? parameter.tensor.detach()
                                  : parameter.tensor.detach().to(dtype);
  }
  return write_safetensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
}

}  // namespace slava
