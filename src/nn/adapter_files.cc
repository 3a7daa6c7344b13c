#include "nn/adapter_files.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/hash.h"
#include "base/json_fields.h"
#include "base/strings.h"
#include "nn/safetensors.h"

namespace slava {
namespace {

using nlohmann::json;

constexpr const char* kConfigName = "adapter_config.json";
constexpr const char* kWeightsName = "adapter_model.safetensors";
// PEFT wraps a model twice before its own names begin.
constexpr std::string_view kPrefix = "base_model.model.";
constexpr std::string_view kA = ".lora_A.weight", kB = ".lora_B.weight";

// Both halves of each layer's adapter, by the layer's name.
struct Halves {
  Tensor a, b;
};
using Adapters = std::map<std::string, Halves>;

void add_half(Adapters& adapters, const std::string& name, const Tensor& tensor) {
  const bool is_a = name.ends_with(kA);
  const std::string layer = name.substr(0, name.size() - (is_a ? kA : kB).size());
  (is_a ? adapters[layer].a : adapters[layer].b) = tensor;
}

Adapters adapters_among(const std::vector<Parameter>& parameters) {
  Adapters adapters;
  for (const Parameter& parameter : parameters) {
    if (parameter.role != Role::kAdapter) continue;
    add_half(adapters, parameter.name, parameter.tensor.detach());
  }
  return adapters;
}

// Float32 [out, in].
Tensor product(const Halves& halves, double alpha) {
  const double scale = alpha / static_cast<double>(halves.a.size(0));
  return scale * at::matmul(halves.b.to(at::kFloat), halves.a.to(at::kFloat));
}

std::string escaped(const std::string& text) { return replace_all(text, ".", "\\."); }

// A pattern that whole names of the layers match: PEFT would find a bare last name in the vision
// encoder too.
std::string target_pattern(const Adapters& adapters) {
  std::set<std::string> scopes, names;
  for (const auto& [layer, halves] : adapters) {
    scopes.insert(escaped(layer.substr(0, layer.find(".layers."))));
    names.insert(layer.substr(layer.rfind('.') + 1));
  }
  const auto any_of = [](const std::set<std::string>& choices) {
    return cat("(", join({choices.begin(), choices.end()}, "|"), ")");
  };
  return cat(any_of(scopes), "\\.layers\\.\\d+\\..*", any_of(names));
}

struct AdapterFile {
  double alpha = 0;
  Adapters adapters;
};

Result<AdapterFile> read_adapter(const std::filesystem::path& folder) {
  const auto path = folder / kConfigName;
  if (!std::filesystem::exists(path)) {
    return fail(ErrorKind::kModel, cat(folder.string(), ": no adapter; expected ", kConfigName,
                                       " and ", kWeightsName));
  }
  SLAVA_TRY(const std::string text, read_file(path, 1 << 24));
  const json config = json::parse(text, nullptr, /*allow_exceptions=*/false);
  const auto wrong = [&](const std::string& what) {
    return fail(ErrorKind::kModel, cat(path.string(), ": ", what));
  };
  if (!config.is_object()) return wrong("no JSON object");
  JsonFields fields(config, path.string());
  const std::string type = fields.text("peft_type");
  AdapterFile file;
  const int64_t rank = fields.integer("r", 1, 1 << 16);
  file.alpha = fields.number_or("lora_alpha", 8);
  const std::string bias = fields.text_or("bias", "none");
  SLAVA_TRY_STATUS(fields.finish());
  if (type != "LORA") return wrong(cat("peft_type is \"", type, "\"; expected LORA"));
  if (bias != "none") return wrong(cat("bias is \"", bias, "\"; expected none"));
  for (const char* key : {"use_dora", "use_rslora", "fan_in_fan_out"}) {
    if (config.value(key, json()) == true)
      return wrong(cat(key, " is true; only plain LoRA is read"));
  }
  for (const char* key : {"rank_pattern", "alpha_pattern", "modules_to_save"}) {
    const json found = config.value(key, json());
    if (!found.is_null() && !found.empty()) return wrong(cat(key, " is set; expected none"));
  }
  SLAVA_TRY(const TensorMap tensors, read_safetensors(folder / kWeightsName));
  std::vector<std::string> problems;
  for (const auto& [name, tensor] : tensors) {
    if (!name.starts_with(kPrefix) || !(name.ends_with(kA) || name.ends_with(kB)) ||
        tensor.dim() != 2 || tensor.size(name.ends_with(kA) ? 0 : 1) != rank) {
      problems.push_back(name);
      continue;
    }
    add_half(file.adapters, name.substr(kPrefix.size()), tensor);
  }
  if (!problems.empty() || file.adapters.empty()) {
    return fail(ErrorKind::kModel,
                cat((folder / kWeightsName).string(), ": expected matrices named ", kPrefix,
                    "LAYER", kA, " and ", kB, " of rank ", rank, "; found ",
                    problems.empty() ? "none" : join(problems, ", ")));
  }
  return file;
}

}  // namespace

Status write_adapter(const std::filesystem::path& folder, const AdapterFileOptions& options,
                     const std::vector<Parameter>& parameters) {
  const Adapters adapters = adapters_among(parameters);
  TensorMap tensors;
  int64_t rank = 0;
  for (const auto& [layer, halves] : adapters) {
    tensors[cat(kPrefix, layer, kA)] = halves.a;
    tensors[cat(kPrefix, layer, kB)] = halves.b;
    rank = halves.a.size(0);
  }
  const json config = {{"peft_type", "LORA"},
                       {"task_type", "CAUSAL_LM"},
                       {"base_model_name_or_path", options.base},
                       {"r", rank},
                       {"lora_alpha", options.alpha},
                       {"lora_dropout", options.dropout},
                       {"target_modules", target_pattern(adapters)},
                       {"bias", "none"},
                       {"fan_in_fan_out", false},
                       {"inference_mode", true},
                       {"modules_to_save", nullptr}};
  SLAVA_TRY_STATUS(write_file_atomically(folder / kConfigName, config.dump(2) + "\n", 0644));
  return write_safetensors(folder / kWeightsName, tensors, {{"format", "pt"}});
}

std::vector<Parameter> merged(const std::vector<Parameter>& parameters, double alpha) {
  const at::NoGradGuard no_grad;
  const Adapters adapters = adapters_among(parameters);
  std::vector<Parameter> merged;
  for (const Parameter& parameter : parameters) {
    if (parameter.role == Role::kAdapter) continue;
    merged.push_back(parameter);
    constexpr std::string_view kWeight = ".weight";
    if (!parameter.name.ends_with(kWeight)) continue;
    const auto found =
        adapters.find(parameter.name.substr(0, parameter.name.size() - kWeight.size()));
    if (found == adapters.end()) continue;
    const Tensor& weight = parameter.tensor;
    merged.back().tensor =
        (weight.to(at::kFloat) + product(found->second, alpha)).to(weight.scalar_type());
  }
  return merged;
}

Status add_adapter(const std::filesystem::path& folder, const std::vector<Parameter>& parameters) {
  const at::NoGradGuard no_grad;
  SLAVA_TRY(const AdapterFile file, read_adapter(folder));
  std::vector<std::string> problems;
  for (const auto& [layer, halves] : file.adapters) {
    const auto target = std::ranges::find(parameters, layer + ".weight", &Parameter::name);
    if (target == parameters.end()) {
      problems.push_back(cat("the checkpoint has no ", layer));
    } else if (!halves.a.defined() || !halves.b.defined()) {
      problems.push_back(cat(layer, " has one half only"));
    } else if (target->tensor.dim() != 2 || target->tensor.size(0) != halves.b.size(0) ||
               target->tensor.size(1) != halves.a.size(1)) {
      problems.push_back(cat(layer, " has another shape"));
    }
  }
  if (!problems.empty()) {
    return fail(ErrorKind::kModel, cat((folder / kWeightsName).string(),
                                       ": does not fit the checkpoint: ", join(problems, "; ")));
  }
  for (const auto& [layer, halves] : file.adapters) {
    Tensor weight = std::ranges::find(parameters, layer + ".weight", &Parameter::name)->tensor;
    if (weight.is_meta()) continue;
    const Tensor added = product(halves, file.alpha).to(weight.device());
    weight.copy_(weight.to(at::kFloat) + added);
  }
  return {};
}

Result<std::string> adapter_sha256(const std::filesystem::path& folder) {
  Sha256 hash;
  for (const char* name : {kConfigName, kWeightsName}) {
    SLAVA_TRY(const std::string digest, sha256_file(folder / name));
    hash.update(cat(name, " ", digest, "\n"));
  }
  return hash.hex();
}

}  // namespace slava
