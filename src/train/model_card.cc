#include "train/model_card.h"

#include <iomanip>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/file.h"
#include "base/strings.h"
#include "train/run_folder.h"

namespace slava {
namespace {

using nlohmann::json;

constexpr const char* kTrainingName = "training.json";

// training.json of the run that a checkpoint comes from; null when no run of ours made it.
json training_of(const std::filesystem::path& checkpoint) {
  if (checkpoint.empty() || !std::filesystem::exists(checkpoint / kTrainingName)) return {};
  const auto text = read_file(checkpoint / kTrainingName, size_t{1} << 26);
  if (!text) return {};
  const json read = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  return read.is_object() ? read : json();
}

// The runs, first one first.
std::vector<const json*> runs_of(const json& training) {
  std::vector<const json*> runs;
  for (const json* run = &training; run->is_object();) {
    runs.insert(runs.begin(), run);
    const auto previous = run->find("previous");
    if (previous == run->end()) break;
    run = &*previous;
  }
  return runs;
}

std::string text_of(const json& run, const char* key) {
  const json value = run.value("options", json::object()).value(key, json());
  return value.is_string() ? value.get<std::string>() : value.dump();
}

std::string file_of(const json& run, const char* key) {
  const std::string name = std::filesystem::path(text_of(run, key)).filename().string();
  return name.empty() ? "-" : name;
}

std::string hash_of(const json& run, const char* key) {
  const json hashes = run.value("options", json::object()).value("sha256", json::object());
  const std::string hash = hashes.value(key, "");
  return hash.empty() ? "-" : cat("`", hash.substr(0, 16), "`");
}

std::string number(const json& value) {
  if (!value.is_number()) return "-";
  std::ostringstream out;
  out << std::setprecision(4) << value.get<double>();
  return std::move(out).str();
}

void write_runs(const std::vector<const json*>& runs, std::ostream& out) {
  out << "| run | stage | objective | data | SHA-256 of it | start | epochs (best) | validation on "
         "| SHA-256 of it | best |\n|---|---|---|---|---|---|---|---|---|---|\n";
  int place = 1;
  for (const json* run : runs) {
    const std::string stage = text_of(*run, "stage");
    const std::string start = text_of(*run, "init").empty()
                                  ? "random weights"
                                  : cat("checkpoint ", hash_of(*run, "init"));
    const json best = run->value("best", json::object());
    out << "| " << place++ << " | " << (stage.empty() ? "-" : stage) << " | "
        << text_of(*run, "objective") << " | " << file_of(*run, "data") << " | "
        << hash_of(*run, "data") << " | " << start << " | " << text_of(*run, "epochs") << " ("
        << best.value("epoch", 0) << ") | " << file_of(*run, "validation") << " | "
        << hash_of(*run, "validation") << " | " << best.value("metric", "") << ' '
        << number(best.value("value", json())) << " |\n";
  }
}

void write_validations(const json& run, std::ostream& out) {
  out << "| epoch | step | loss | AUC | F1 |\n|---|---|---|---|---|\n";
  for (const json& line : run.value("validations", json::array())) {
    const json values = line.value("validation", json::object());
    out << "| " << line.value("epoch", 0) << " | " << line.value("step", 0) << " | "
        << number(values.value("loss", json())) << " | " << number(values.value("auc", json()))
        << " | " << number(values.value("f1", json())) << " |\n";
  }
}

void write_options(const json& run, std::ostream& out) {
  out << "| option | value |\n|---|---|\n";
  const json options = run.value("options", json::object());
  for (const auto& [key, value] : options.items()) {
    // Folders of one machine tell nobody else anything; the hashes stand above.
    if (key == "sha256" || key == "mixture" || key == "output" || key == "image_root") continue;
    const bool path = key == "data" || key == "validation" || key == "config" || key == "init";
    out << "| " << key << " | " << (path ? file_of(run, key.c_str()) : value.dump()) << " |\n";
  }
}

std::string card_of(const json& training, const std::string& name, bool adapter_alone) {
  std::ostringstream out;
  out << "# " << name << "\n\n"
      << "**DRAFTS TO BE VERIFIED BY A PHYSICIAN.** What this checkpoint writes about a chest "
         "radiograph is an AI-generated draft, not a diagnosis; it is not a medical device.\n\n"
      << "`slava-cxr train` wrote this card from the run's own files. `training.json` beside it "
         "holds all of it.\n\n"
      << "## Runs that led here\n\n";
  write_runs(runs_of(training), out);
  for (const json& source : training.value("options", json()).value("mixture", json::array())) {
    out << "\nThe last run drew from "
        << std::filesystem::path(source.value("data", "")).filename().string() << " with share "
        << number(source.value("share", json())) << " (SHA-256 `"
        << source.value("sha256", "").substr(0, 16) << "`).\n";
  }
  if (adapter_alone) {
    out << "\n`adapter/` holds low-rank adapters in PEFT's form, without the checkpoint that they "
           "belong to.\n";
  }
  out << "\n## Validation of the last run\n\n";
  write_validations(training, out);
  out << "\nThe validation items chose the epoch, so these figures are optimistic. They say "
         "nothing "
         "about films of other hospitals, devices, views or ages. Whether reports are right was "
         "not measured by training: `slava-cxr evaluate` measures it.\n\n"
      << "## Options of the last run\n\n";
  write_options(training, out);
  out << "\n## Not known from the run\n\n"
         "Intended use, limits of view and age, known failures, and the licences of the data: to "
         "be added by who trained it.\n";
  return std::move(out).str();
}

}  // namespace

Status write_model_card(const std::filesystem::path& folder, const TrainOptions& options,
                        const TrainSummary& summary, const std::vector<json>& validations) {
  // As claim_run_folder wrote it: the hashes cost minutes for large files.
  SLAVA_TRY(const std::string run, read_file(options.output / "train.json"));
  json training = {
      {"options", json::parse(run, nullptr, /*allow_exceptions=*/false)},
      {"validations", validations},
      {"best",
       {{"epoch", summary.best_epoch}, {"metric", summary.best_metric}, {"value", summary.best}}},
      {"steps", summary.steps},
      {"previous", training_of(options.init)}};
  std::string name = "Checkpoint";
  if (const auto text = read_file(options.config / "config.json")) {
    const json config = json::parse(*text, nullptr, /*allow_exceptions=*/false);
    if (config.is_object() && config.value("name", json()).is_string()) {
      name = config["name"].get<std::string>();
    }
  }
  SLAVA_TRY_STATUS(write_file_atomically(folder / kTrainingName, training.dump(1) + "\n", 0644));
  const bool adapter_alone = options.lora_rank > 0 && options.lora_save == "apart";
  return write_file_atomically(folder / "README.md", card_of(training, name, adapter_alone), 0644);
}

}  // namespace slava
