#include "train/run_folder.h"

#include <fstream>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/hash.h"
#include "base/strings.h"
#include "nn/adapter_files.h"
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
constexpr const char* kFreeToChange[] = {"save_every", "threads", "output", "feature_store"};

}  // namespace

const char* to_text(BestMetric metric) {
  return metric == BestMetric::kF1 ? "f1" : metric == BestMetric::kAuc ? "auc" : "loss";
}

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
    validations_.push_back(line);
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
          {"side_weight", options.side_weight},
          {"shrinkage", options.shrinkage},
          {"validation_drafts", options.validation_drafts},
          {"composed", options.composed},
          {"weighted", options.weighted},
          {"rotate_deg", options.rotate_deg},
          {"shift", options.shift},
          {"scale", options.scale},
          {"contrast", options.contrast},
          {"view_dropout", options.view_dropout},
          {"feature_noise", options.feature_noise},
          {"feature_copies", options.feature_copies},
          {"feature_store", options.feature_store.string()},
          {"dtype", to_text(options.dtype)},
          {"save_dtype", options.save_dtype},
          {"seed", options.seed},
          {"threads", options.threads},
          {"save_every", options.save_every},
          {"stage", options.stage},
          {"train", options.parts},
          {"template", options.prompt_template},
          {"lora_rank", options.lora_rank},
          {"lora_alpha", options.lora_alpha},
          {"lora_dropout", options.lora_dropout},
          {"lora_targets", options.lora_targets},
          {"lora_save", options.lora_save},
          {"accumulate", options.accumulate},
          {"checkpointing", options.checkpointing},
          {"ema", options.ema},
          {"patience", options.patience}};
}

Result<json> describe_run(const TrainOptions& options) {
  json run = to_json(options);
  json& hashes = run["sha256"] = json::object();
  for (const DataShare& source : options.mixture) {
    SLAVA_TRY(const std::string hash, sha256_file(source.file));
    run["mixture"].push_back(
        {{"data", source.file.string()}, {"share", source.share}, {"sha256", hash}});
  }
  SLAVA_TRY(hashes["data"], sha256_file(options.data));
  SLAVA_TRY(hashes["validation"], sha256_file(options.validation));
  if (!options.init.empty()) {
    SLAVA_TRY(hashes["init"], checkpoint_sha256(options.init));
  }
  return run;
}

Status claim_run_folder(const TrainOptions& options) {
  const auto path = options.output / "train.json";
  SLAVA_TRY(const json wanted, describe_run(options));
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
                                         ": --resume needs the options and the data of the "
                                         "run; these differ: ",
                                         join(differing, ", ")));
    }
  }
  if (options.force) {
    for (const char* name :
         {"metrics.jsonl", "state.safetensors", "loss.png", "tokenizer.model", "summary.json"}) {
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
  tensors["run.epoch"] = at::tensor(int64_t{state.epoch}, at::kLong);
  tensors["run.metric"] = at::tensor(static_cast<int64_t>(state.metric), at::kLong);
  return write_safetensors(run / "state.safetensors", tensors);
}

Result<std::pair<RunState, TensorMap>> load_state(const std::filesystem::path& run) {
  const auto path = run / "state.safetensors";
  std::pair<RunState, TensorMap> loaded;
  if (!std::filesystem::exists(path)) return loaded;
  SLAVA_TRY(loaded.second, read_safetensors(path));
  for (const char* name : {"run.step", "run.best", "run.best_epoch", "run.epoch", "run.metric"}) {
    const auto found = loaded.second.find(name);
    if (found == loaded.second.end() || found->second.numel() != 1) {
      return fail(ErrorKind::kModel,
                  cat(path.string(), ": no training state: ", name, " is missing"));
    }
  }
  loaded.first.step = loaded.second["run.step"].item<int64_t>();
  loaded.first.best = loaded.second["run.best"].item<double>();
  loaded.first.best_epoch = static_cast<int>(loaded.second["run.best_epoch"].item<int64_t>());
  loaded.first.epoch = static_cast<int>(loaded.second["run.epoch"].item<int64_t>());
  loaded.first.metric = static_cast<BestMetric>(loaded.second["run.metric"].item<int64_t>());
  return loaded;
}

Status write_summary(const std::filesystem::path& run, const TrainSummary& summary) {
  const json written = {{"steps", summary.steps},
                        {"best", summary.best},
                        {"best_metric", summary.best_metric},
                        {"best_epoch", summary.best_epoch},
                        {"stopped_early", summary.stopped_early}};
  return write_file_atomically(run / "summary.json", written.dump(1) + "\n", 0644);
}

Result<std::optional<TrainSummary>> read_summary(const std::filesystem::path& run) {
  const auto path = run / "summary.json";
  if (!std::filesystem::exists(path)) return std::nullopt;
  SLAVA_TRY(const std::string text, read_file(path));
  try {
    const json read = json::parse(text);
    TrainSummary summary;
    summary.steps = read.at("steps").get<int64_t>();
    summary.best = read.at("best").get<double>();
    summary.best_metric = read.at("best_metric").get<std::string>();
    summary.best_epoch = read.at("best_epoch").get<int>();
    summary.stopped_early = read.at("stopped_early").get<bool>();
    return summary;
  } catch (const json::exception& error) {
    return fail(ErrorKind::kInput, cat(path.string(), ": no summary of a run (", error.what(),
                                       "); delete it and continue the run with --resume"));
  }
}

namespace {

Status write_config(const std::filesystem::path& folder, const TrainOptions& options) {
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
  return write_file_atomically(folder / "config.json", config.dump(2) + "\n", 0644);
}

}  // namespace

Status write_checkpoint(const std::filesystem::path& folder, const TrainOptions& options,
                        const std::vector<Parameter>& parameters) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (options.lora_rank > 0 && options.lora_save != "merged") {
    SLAVA_TRY_STATUS(write_adapter(folder / "adapter",
                                   {.alpha = options.lora_alpha,
                                    .dropout = options.lora_dropout,
                                    .base = options.init.string()},
                                   parameters));
    if (options.lora_save == "apart") return {};
  }
  SLAVA_TRY_STATUS(write_config(folder, options));
  TensorMap tensors;
  const auto dtype = options.save_dtype == "bfloat16" ? at::kBFloat16 : at::kFloat;
  for (const Parameter& parameter : merged(parameters, options.lora_alpha)) {
    // Statistics keep their range: variances span many orders of magnitude.
    tensors[parameter.name] = parameter.role == Role::kStatistic
                                  ? parameter.tensor.detach()
                                  : parameter.tensor.detach().to(dtype);
  }
  return write_safetensors(folder / "model.safetensors", tensors, {{"format", "pt"}});
}

}  // namespace slava
