#include "commands/model_folder.h"

#include <cstdlib>

#include "assistant/presets.h"
#include "base/strings.h"

namespace slava {
namespace {

namespace fs = std::filesystem;

bool is_checkpoint(const fs::path& folder) {
  std::error_code ignored;
  return fs::is_regular_file(folder / "config.json", ignored);
}

Result<fs::path> given(const std::string& folder, const std::string& by) {
  if (is_checkpoint(folder)) return fs::path(folder);
  return fail(ErrorKind::kModel, cat(folder, ": no checkpoint (", by,
                                     "); expected a folder with config.json, model.safetensors "
                                     "and a tokenizer"));
}

}  // namespace

std::vector<fs::path> starter_places(const fs::path& executable_folder) {
  const fs::path starter = fs::path("models") / "starter";
  std::vector<fs::path> places{
      executable_folder / starter,
      executable_folder / ".." / starter,
      executable_folder / ".." / ".." / starter,
      executable_folder / ".." / "share" / "slava-cxr" / starter,
  };
  for (fs::path& place : places) place = place.lexically_normal();
  return places;
}

Result<fs::path> find_model(const std::string& flag) {
  if (!flag.empty()) return given(flag, "--model");
  const char* variable = std::getenv("SLAVA_MODEL");
  if (variable != nullptr && *variable != '\0') return given(variable, "$SLAVA_MODEL");
  std::error_code error;
  const fs::path executable = fs::read_symlink("/proc/self/exe", error);
  std::vector<std::string> looked_at;
  for (const fs::path& place : starter_places(executable.parent_path())) {
    if (is_checkpoint(place)) return place;
    looked_at.push_back(place.string());
  }
  return fail(ErrorKind::kModel, cat("no model: --model is not given, $SLAVA_MODEL is not set, and "
                                     "the starter is in none of ",
                                     join(looked_at, ", "), "; give one with --model DIR"));
}

void ModelFlags::declare(CLI::App& app) {
  const char* group = "Model";
  app.add_option("--model", model, "Checkpoint folder; else $SLAVA_MODEL, else models/starter")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--adapter", adapter,
                 "Folder of a LoRA adapter for it, in the form of Hugging Face's PEFT")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--device", device, "Where it runs")
      ->type_name("DEVICE")
      ->check(CLI::IsMember(std::vector<std::string>{"auto", "cpu", "cuda"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--dtype", dtype,
                 "Number type of its arithmetic; int8: 8-bit weights and activations in its linear "
                 "layers, on the CPU; int4: the same with 4-bit weights in the decoder's blocks")
      ->type_name("TYPE")
      ->check(
          CLI::IsMember(std::vector<std::string>{"auto", "float32", "bfloat16", "int8", "int4"}))
      ->capture_default_str()
      ->group(group);
  app.add_option(
         "--kv-dtype", kv_dtype,
         "What it keeps of each token of a study; auto: numbers as they are computed; int8: "
         "half of bfloat16's memory, on the CPU")
      ->type_name("TYPE")
      ->check(CLI::IsMember(std::vector<std::string>{"auto", "bfloat16", "int8"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--threads", threads, "Processor threads; 0: all cores")
      ->type_name("N")
      ->check(CLI::Range(0, 1024))
      ->capture_default_str()
      ->group(group);
  app.add_flag(
         "--no-guesses", no_guesses,
         "One token a step; else several are guessed and checked (see slava-cxr guesses), which "
         "changes no text but for bfloat16's and int8's rounding")
      ->group(group);
  app.add_option("--batch", batch,
                 "Studies that are drafted at a time; 0: as many as memory allows, at most 16")
      ->type_name("N")
      ->check(CLI::Range(0, 256))
      ->capture_default_str()
      ->group(group);
  app.add_option(
         "--max-memory", max_memory_gb,
         "Gigabytes for the keys and values of the studies in hand; 0: half of what is free")
      ->type_name("GB")
      ->check(CLI::Range(0.0, 100000.0))
      ->capture_default_str()
      ->group(group);
  app.add_option("--preset", preset,
                 "upstream-eval: as SLaVA-CXR's evaluation script (centre crop, no repeated "
                 "3-gram, 512 and 256 tokens); none: as the checkpoint's files say")
      ->type_name("NAME")
      ->check(CLI::IsMember(preset_names()))
      ->group(group);
}

AssistantOptions ModelFlags::options() const {
  AssistantOptions options;
  if (device == "cpu") options.device = Device::kCpu;
  if (device == "cuda") options.device = Device::kCuda;
  if (dtype == "float32") options.dtype = NumberType::kFloat32;
  if (dtype == "bfloat16") options.dtype = NumberType::kBfloat16;
  if (dtype == "int8") options.dtype = NumberType::kInt8;
  if (dtype == "int4") options.dtype = NumberType::kInt4;
  if (kv_dtype == "bfloat16") options.kv_dtype = NumberType::kBfloat16;
  if (kv_dtype == "int8") options.kv_dtype = NumberType::kInt8;
  options.threads = threads;
  options.guesses = !no_guesses;
  options.batch = batch;
  options.max_memory_gb = max_memory_gb;
  options.preset = preset;
  options.adapter = adapter;
  return options;
}

}  // namespace slava
