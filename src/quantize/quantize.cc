#include "quantize/quantize.h"

#include <ATen/core/grad_mode.h>

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "assistant/loaded_checkpoint.h"
#include "base/file.h"
#include "base/strings.h"
#include "decoder/phi.h"
#include "nn/int4_linear.h"
#include "nn/int8_linear.h"
#include "nn/safetensors.h"
#include "nn/weight_files.h"
#include "quantize/cost.h"
#include "quantize/smoothing.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr unsigned kModelMode = 0644;  // nothing of a patient is in a checkpoint

// Queries, keys and values that are stored in one matrix, apart: `stem` is the scope of the
// attention, with its dot.
void take_apart(const std::string& stem, int64_t heads, TensorMap& tensors) {
  const std::string fused = stem + "query_key_value";
  for (const char* part : {".weight", ".bias"}) {
    const auto found = tensors.find(fused + part);
    if (found == tensors.end()) continue;
    int64_t place = 0;
    for (const char* projection : {"q_proj", "k_proj", "v_proj"}) {
      tensors[cat(stem, projection, part)] =
          part_of_query_key_value(found->second, heads, place++).contiguous();
    }
    tensors.erase(found);
  }
}

uint64_t bytes_of(const TensorMap& tensors) {
  uint64_t bytes = 0;
  for (const auto& [name, tensor] : tensors) bytes += tensor.nbytes();
  return bytes;
}

// The weights of all layers that the model computes with, rounded and laid out as the kernels take
// them; returns how many. In 4 bit are those whose scope begins with `in_int4`, if it is not empty.
// `heads`: of a decoder whose queries, keys and values may be stored together.
size_t round_layers(const InputRanges& ranges, const std::string& in_int4, int64_t heads,
                    TensorMap& tensors) {
  size_t layers = 0;
  for (const auto& [scope, range] : ranges) {
    const std::string stem = scope.substr(0, scope.rfind('.') + 1), name = scope + ".weight";
    if (tensors.contains(stem + "query_key_value.weight")) take_apart(stem, heads, tensors);
    const auto found = tensors.find(name);
    if (found == tensors.end()) continue;  // shared with another layer
    const Tensor weight = found->second;
    tensors.erase(found);
    tensors[name + "_shape"] = at::tensor(weight.sizes(), at::kLong);
    if (!in_int4.empty() && scope.starts_with(in_int4)) {
      const Int4Panels rounded = quantized_to_int4(weight);
      tensors[name + "_panels4"] = rounded.panels;
      tensors[name + "_scale"] = rounded.scale;
    } else {
      const Int8Panels rounded = quantized_panels(weight);
      tensors[name + "_panels"] = rounded.panels;
      tensors[name + "_scale"] = rounded.scale;
    }
    ++layers;
  }
  return layers;
}

// Everything but weights, card, and guesses, whose words are those of somebody's reports.
Status copy_other_files(const fs::path& from, const fs::path& to) {
  std::error_code error;
  for (const auto& entry : fs::directory_iterator(from, error)) {
    const std::string name = entry.path().filename().string();
    const bool is_weights = name.ends_with(".safetensors") || name.ends_with(".index.json");
    if (!entry.is_regular_file() || is_weights || name == "README.md") continue;
    fs::copy_file(entry.path(), to / name, error);
    if (error) break;
  }
  if (!error) return {};
  return fail(ErrorKind::kOutput, cat(to.string(), ": cannot be written: ", error.message()));
}

std::string rounded(const char* format, double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

json record_of(const QuantizeOptions& options, const AssistantInfo& source,
               const QuantizeResult& result) {
  const QuantizeCost& cost = result.cost;
  return {{"weights", options.bits == 4
                          ? "int4 in the decoder's blocks, a scale for 64 inputs; else int8"
                          : "int8, a scale an output"},
          {"activations", "int8, a scale a token, as they come"},
          {"smoothing", options.smoothing},
          {"layers", result.layers},
          {"source_sha256", source.sha256},
          {"source_dtype", source.dtype},
          {"studies", cost.studies},
          {"tokens", cost.tokens},
          {"kl_divergence", cost.kl_divergence},
          {"greedy_agreement", cost.greedy_agreement},
          {"label_f1", cost.label_f1},
          {"same_drafts", cost.same_drafts}};
}

std::string card_of(const fs::path& model, const QuantizeOptions& options,
                    const QuantizeResult& result) {
  const QuantizeCost& cost = result.cost;
  std::string card;
  if (auto text = read_file(model / "README.md")) card = *std::move(text) + "\n";
  const bool in_int4 = options.bits == 4;
  card += cat("## In ", options.bits, " bit\n\nWritten by `slava-cxr quantize` out of ",
              model.filename().string(), ": ", result.layers, " linear layers have ",
              in_int4 ? "4-bit weights with a scale for 64 inputs, or 8-bit ones outside the "
                        "decoder's blocks,"
                      : "8-bit weights, a scale an output,",
              " and get 8-bit inputs, a scale a token. Activations were smoothed (strength ",
              rounded("%.2f", options.smoothing), ", ", result.smoothed,
              " norms). Weights: ", result.bytes / 1000000, " MB, before ",
              result.source_bytes / 1000000, " MB.\n\n", "Against its source on the ", cost.studies,
              " studies that it was calibrated on:\n\n",
              "| | |\n|---|---|\n| KL divergence of the next token | ",
              rounded("%.5f", cost.kl_divergence), " nats, over ", cost.tokens,
              " tokens |\n| both find the same token likeliest | ",
              rounded("%.2f", 100 * cost.greedy_agreement),
              "% |\n| label F1 of its drafts, the source's as reference | ",
              rounded("%.3f", cost.label_f1), " |\n| drafts that are the same, word for word | ",
              cost.same_drafts, " of ", cost.studies, " |\n");
  return card;
}

// A folder that vanishes unless it is kept.
class NewFolder {
 public:
  explicit NewFolder(const fs::path& path) : path_(path), work_(path.string() + ".new") {}
  ~NewFolder() {
    std::error_code ignored;
    if (!kept_) fs::remove_all(work_, ignored);
  }
  const fs::path& work() const { return work_; }
  Status make() const {
    std::error_code error;
    if (fs::exists(path_, error)) {
      return fail(ErrorKind::kUsage,
                  cat(path_.string(), ": there is something already; expected a new folder"));
    }
    fs::remove_all(work_, error);
    if (fs::create_directories(work_, error)) return {};
    return fail(ErrorKind::kOutput, cat(work_.string(), ": cannot be made: ", error.message()));
  }
  Status keep() {
    std::error_code error;
    fs::rename(work_, path_, error);
    kept_ = !error;
    if (kept_) return {};
    return fail(ErrorKind::kOutput, cat(path_.string(), ": cannot be written: ", error.message()));
  }

 private:
  fs::path path_, work_;
  bool kept_ = false;
};

class Quantizer {
 public:
  Quantizer(const QuantizeOptions& options, const std::vector<DraftRequest>& studies,
            const std::function<void(const std::string&)>& progress)
      : options_(options), studies_(studies), progress_(progress), folder_(options.output) {}

  Result<QuantizeResult> run() {
    SLAVA_TRY_STATUS(folder_.make());
    SLAVA_TRY_STATUS(look_at_source());
    SLAVA_TRY_STATUS(write_weights());
    progress_("what it costs");
    AssistantOptions rounded = options_.assistant;
    rounded.dtype = options_.bits == 4 ? NumberType::kInt4 : NumberType::kInt8;
    SLAVA_TRY(const LoadedCheckpoint made, load_checkpoint(folder_.work(), rounded));
    SLAVA_TRY(result_.cost, cost_against(source_, made, studies_));
    SLAVA_TRY_STATUS(write_record());
    SLAVA_TRY_STATUS(folder_.keep());
    return result_;
  }

 private:
  Status look_at_source() {
    progress_(cat(studies_.size(), " studies through the source"));
    SLAVA_TRY(const LoadedCheckpoint source,
              load_checkpoint(options_.model, options_.assistant, {.observe_inputs = true}));
    if (source.linears != LinearNumbers::kAsAll) {
      return fail(ErrorKind::kUsage, cat(options_.model.string(), " is computed in ",
                                         source.info.dtype, " already; expected its source"));
    }
    SLAVA_TRY(source_, witness(source, studies_));
    ranges_ = source.ranges;
    if (options_.bits == 4) in_int4_ = source.config.decoder_scopes.model + ".layers.";
    heads_ = source.config.text.value("num_attention_heads", int64_t{1});
    info_ = source.info;
    return {};
  }

  Status write_weights() {
    progress_("rounding");
    SLAVA_TRY(TensorMap tensors, read_weights(options_.model));
    result_.source_bytes = bytes_of(tensors);
    if (options_.smoothing > 0) result_.smoothed = smooth(ranges_, options_.smoothing, tensors);
    result_.layers = round_layers(ranges_, in_int4_, heads_, tensors);
    result_.bytes = bytes_of(tensors);
    SLAVA_TRY_STATUS(copy_other_files(options_.model, folder_.work()));
    return write_safetensors(folder_.work() / "model.safetensors", tensors, {{"format", "pt"}});
  }

  Status write_record() const {
    SLAVA_TRY(const std::string text, read_file(folder_.work() / "config.json"));
    auto config = nlohmann::ordered_json::parse(text);
    config["quantization"] = record_of(options_, info_, result_);
    SLAVA_TRY_STATUS(
        write_file_atomically(folder_.work() / "config.json", config.dump(2) + "\n", kModelMode));
    return write_file_atomically(folder_.work() / "README.md",
                                 card_of(options_.model, options_, result_), kModelMode);
  }

  const QuantizeOptions& options_;
  const std::vector<DraftRequest>& studies_;
  const std::function<void(const std::string&)>& progress_;
  NewFolder folder_;
  std::vector<StudyWitness> source_;
  InputRanges ranges_;
  int64_t heads_ = 1;
  std::string in_int4_;  // scopes of layers in 4 bit begin with it; empty: there are none
  AssistantInfo info_;
  QuantizeResult result_;
};

}  // namespace

Result<QuantizeResult> quantize_checkpoint(
    const QuantizeOptions& options, const std::vector<DraftRequest>& studies,
    const std::function<void(const std::string&)>& progress) {
  if (studies.empty()) {
    return fail(ErrorKind::kUsage, "no studies to calibrate on; expected at least one");
  }
  try {
    const at::InferenceMode inference;
    return Quantizer(options, studies, progress).run();
  } catch (const std::exception& error) {
    return fail(ErrorKind::kInternal, cat("the checkpoint cannot be quantised: ", error.what()));
  }
}

}  // namespace slava
