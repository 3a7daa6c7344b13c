#include "assistant/loaded_checkpoint.h"

#include <algorithm>
#include <fstream>
#include <future>

#include "assistant/batch_size.h"
#include "assistant/layout.h"
#include "assistant/presets.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/stopwatch.h"
#include "base/strings.h"
#include "nn/adapter_files.h"
#include "nn/device.h"
#include "nn/step_graph.h"
#include "nn/weight_files.h"

namespace slava {
namespace {

// The number type of the decoder's table stands for the checkpoint's.
at::ScalarType stored_type(const TensorMap& tensors) {
  for (const auto& [name, tensor] : tensors) {
    if (name.ends_with("embed_tokens.weight")) return tensor.scalar_type();
  }
  return at::kFloat;
}

// Whether linear layers are computed in 8 or 4 bit: when that is asked for, or when nothing is and
// the checkpoint stores them so. kUsage where it cannot be done.
Result<LinearNumbers> linear_numbers(const AssistantOptions& options, const TensorMap& tensors,
                                     const at::Device& device) {
  const auto stores = [&](std::string_view ending) {
    return std::ranges::any_of(tensors,
                               [&](const auto& entry) { return entry.first.ends_with(ending); });
  };
  const bool on_cpu = device.is_cpu();
  const bool in_int4 = options.dtype == NumberType::kInt4;
  const bool wished = in_int4 || options.dtype == NumberType::kInt8;
  const char* const name = in_int4 ? "--dtype int4" : "--dtype int8";
  if (wished && !on_cpu) {
    return fail(ErrorKind::kUsage,
                cat(name, " is computed by the CPU; expected --device cpu, or another --dtype"));
  }
  if (wished && !options.adapter.empty()) {
    return fail(ErrorKind::kUsage,
                "--adapter cannot be added to 8-bit or 4-bit weights; expected another --dtype, or "
                "merge the "
                "adapter into its checkpoint first");
  }
  if (in_int4) return LinearNumbers::kInt4;
  if (wished) return LinearNumbers::kInt8;
  if (options.dtype == NumberType::kAuto && options.adapter.empty() && on_cpu) {
    if (stores(".weight_panels4")) return LinearNumbers::kInt4;
    if (stores(".weight_scale")) return LinearNumbers::kInt8;
  }
  return LinearNumbers::kAsAll;
}

Status check_parts(const std::filesystem::path& folder, const CheckpointConfig& config,
                   const Tokenizer& tokenizer, const Model& model,
                   const PreprocessConfig& preprocess) {
  // Ids that no text has, of tokens added for other purposes, may lie outside.
  if (tokenizer.end_token() >= model.decoder->vocabulary()) {
    return fail(ErrorKind::kModel,
                cat(folder.string(), ": the tokenizer's end token is ", tokenizer.end_token(),
                    ", text_config.vocab_size is ", model.decoder->vocabulary()));
  }
  if (config.prompt.uses_signs() != model.recognition.has_value()) {
    return fail(ErrorKind::kModel,
                cat(folder.string(), ": config.json has ",
                    config.recognition ? "`recognition`, but no place {signs} in the conversation"
                                       : "a place {signs} in the conversation, but no "
                                         "`recognition`"));
  }
  if (model.projector->tokens(model.vision->patches()) == 0) {
    return fail(ErrorKind::kModel,
                cat(folder.string(), ": config.json has the projector ", config.projector.type,
                    ", which takes a square of patches, but the vision encoder gives ",
                    model.vision->patches(), " tokens"));
  }
  if (model.vision->image_size() != preprocess.size) {
    return fail(ErrorKind::kModel,
                cat(folder.string(), ": preprocessor_config.json makes pictures of ",
                    preprocess.size, " pixels, vision_config takes ", model.vision->image_size()));
  }
  return {};
}

size_t numbers_under(const ParameterBinder& binder, const std::string& scope) {
  size_t numbers = 0;
  for (const Parameter& parameter : binder.parameters()) {
    if (parameter.name.starts_with(scope + ".")) {
      numbers += static_cast<size_t>(parameter.tensor.numel());
    }
  }
  return numbers;
}

void describe_parts(const ParameterBinder& binder, LoadedCheckpoint& loaded) {
  const CheckpointConfig& config = loaded.config;
  AssistantInfo& info = loaded.info;
  const size_t vision = numbers_under(binder, config.vision_scope);
  const size_t projector = numbers_under(binder, config.projector.scope);
  const size_t recognition = numbers_under(binder, kRecognitionScope);
  size_t all = 0;
  for (const Parameter& p : binder.parameters()) all += static_cast<size_t>(p.tensor.numel());
  info.parts = {
      {"vision", config.vision.value("model_type", ""), vision},
      {"projector", config.projector.type, projector},
      {"decoder", config.text.value("model_type", ""), all - vision - projector - recognition},
  };
  if (recognition > 0) info.parts.push_back({"recognition", "linear", recognition});
  info.family = cat(info.parts[0].family, " + ", info.parts[1].family, " + ", info.parts[2].family);
  info.image_tokens =
      static_cast<int>(loaded.model.projector->tokens(loaded.model.vision->patches()));
  info.max_tokens = static_cast<int>(loaded.model.decoder->max_tokens());
}

// Free, of the GPU's where the model is there.
uint64_t memory_of(const at::Device& device) {
  if (!device.is_cuda()) return available_memory();
  return cuda_part().free_memory != nullptr ? cuda_part().free_memory() : 0;
}

// AssistantInfo::batch for prompts of all views and texts as long as the defaults allow.
int studies_at_a_time(const AssistantOptions& options, const LoadedCheckpoint& loaded) {
  if (options.batch > 0) return options.batch;
  const AssistantInfo& info = loaded.info;
  constexpr int64_t kWordsOfPrompt = 128;
  const int64_t prompt = info.image_tokens * static_cast<int64_t>(loaded.config.views.size());
  const int64_t tokens =
      std::min<int64_t>(info.max_tokens, prompt + kWordsOfPrompt + info.generation.max_new_tokens);
  return batch_size({.sequence_bytes = info.cache_bytes * static_cast<uint64_t>(tokens),
                     .available_bytes = options.max_memory_gb > 0
                                            ? static_cast<uint64_t>(options.max_memory_gb * 1e9)
                                            : memory_of(loaded.device) / 2});
}

Result<LoadedCheckpoint> load(const std::filesystem::path& folder, const AssistantOptions& options,
                              const LoadWay& way) {
  LoadedCheckpoint loaded;
  AssistantInfo& info = loaded.info;
  SLAVA_TRY(loaded.config, load_checkpoint_config(folder));
  CheckpointConfig& config = loaded.config;
  SLAVA_TRY(GenerationConfig generation, load_generation_config(folder, config));
  SLAVA_TRY(loaded.tokenizer, load_tokenizer(folder));
  SLAVA_TRY(const auto device, resolve_device(options.device));
  loaded.device = device;
  set_up_libtorch(options.threads);

  SLAVA_TRY(auto tensors, read_weights(folder));
  // Beside the loading, which reads the same pages.
  auto sha256 = std::async(std::launch::async, [&] { return checkpoint_sha256(folder); });
  drop_computed_tables(tensors);
  info.tensors = tensors.size();
  for (const auto& [name, tensor] : tensors) {
    const int64_t numbers_of_byte = name.ends_with("_panels4") ? 2 : 1;
    info.parameters += static_cast<size_t>(numbers_of_byte * tensor.numel());
  }
  SLAVA_TRY(const Layout* layout, layout_of(config.whole, (folder / "config.json").string()));
  layout->locate(with_shapes_of_panels(tensors), config);
  SLAVA_TRY(info.preprocess, load_preprocess_config(folder, config));
  SLAVA_TRY_STATUS(
      apply_preset(options.preset, config.layout, info.preprocess, generation.options));
  SLAVA_TRY(loaded.linears, linear_numbers(options, tensors, device));
  const at::ScalarType stored = stored_type(tensors);
  const bool in_few_bits = loaded.linears != LinearNumbers::kAsAll;
  loaded.dtype = resolve_dtype(in_few_bits ? NumberType::kInt8 : options.dtype, stored,
                               info.parameters, device);
  ParameterBinder binder(std::move(tensors), Missing::kIsError, 0, way.place.value_or(device),
                         loaded.dtype);
  binder.compute_linears_in(loaded.linears);
  binder.observe_inputs(way.observe_inputs);
  auto model = build_model(config, binder);
  if (!model) return fail(model.error().in((folder / "config.json").string()));
  loaded.model = *std::move(model);
  SLAVA_TRY_STATUS(binder.finish(weights_name(folder).string()));
  SLAVA_TRY_STATUS(check_parts(folder, config, *loaded.tokenizer, loaded.model, info.preprocess));
  if (!options.adapter.empty()) {
    SLAVA_TRY_STATUS(add_adapter(options.adapter, binder.parameters()));
  }

  info.dtype = arithmetic_name(loaded.linears, loaded.dtype);
  SLAVA_TRY_STATUS(keep_caches_in(options.kv_dtype, loaded));
  describe_parts(binder, loaded);
  loaded.sizes = sizes_of(binder.parameters());
  loaded.ranges = binder.input_ranges();
  info.folder = folder;
  info.name = config.name;
  info.notice = config.notice;
  info.layout = config.layout;
  info.preset = options.preset;
  info.generation = generation.options;
  info.device = device.str();
  info.stored_dtype = dtype_name(stored);
  info.uses_lateral = std::ranges::find(config.views, View::kLateral) != config.views.end();
  info.uses_indication = config.prompt.uses_indication();
  info.uses_comparison = config.prompt.uses_comparison();
  info.batch = studies_at_a_time(options, loaded);
  loaded.end_tokens = generation.end_tokens;
  if (loaded.end_tokens.empty()) loaded.end_tokens = config.end_tokens;
  if (loaded.end_tokens.empty()) loaded.end_tokens = {loaded.tokenizer->end_token()};
  loaded.prompt_tokens = prompt_tokens_of(config, *loaded.tokenizer);
  SLAVA_TRY(info.sha256, sha256.get());
  if (!options.adapter.empty()) {
    SLAVA_TRY(const std::string adapter, adapter_sha256(options.adapter));
    info.sha256 = sha256_hex(cat(info.sha256, " ", adapter, "\n"));
  }
  return loaded;
}

}  // namespace

std::string arithmetic_name(LinearNumbers linears, at::ScalarType dtype) {
  if (linears == LinearNumbers::kInt8) return "int8";
  return linears == LinearNumbers::kInt4 ? "int4" : dtype_name(dtype);
}

Status keep_caches_in(NumberType wish, LoadedCheckpoint& loaded) {
  Decoder& decoder = *loaded.model.decoder;
  AssistantInfo& info = loaded.info;
  const auto bytes_of_token = [&] { return decoder.make_cache(1).bytes(); };
  info.cache_numbers = bytes_of_token() / c10::elementSize(loaded.dtype);
  if (wish == NumberType::kInt8) {
    if (!loaded.device.is_cpu()) {
      return fail(
          ErrorKind::kUsage,
          "--kv-dtype int8 is computed by the CPU; expected --device cpu, or --kv-dtype auto");
    }
    decoder.keep_cache_in(CacheNumbers::kInt8);
    info.dtype += ", keys and values int8";
  } else if (wish != NumberType::kAuto &&
             !(wish == NumberType::kBfloat16 && loaded.dtype == at::kBFloat16)) {
    return fail(ErrorKind::kUsage,
                cat("--kv-dtype is that of the arithmetic, ", dtype_name(loaded.dtype),
                    ", or int8; another needs another --dtype"));
  }
  info.cache_bytes = bytes_of_token();
  return {};
}

void drop_computed_tables(TensorMap& tensors) {
  std::erase_if(tensors, [](const auto& entry) {
    return entry.first.ends_with(".position_ids") || entry.first.ends_with(".rotary_emb.inv_freq");
  });
}

PromptTokens prompt_tokens_of(const CheckpointConfig& config, const Tokenizer& tokenizer) {
  PromptTokens tokens;
  if (config.adds_begin_token) tokens.begin_token = tokenizer.begin_token();
  if (config.image_token && tokenizer.token_id("<image>") == config.image_token) {
    tokens.image_token = config.image_token;
  }
  return tokens;
}

namespace {

struct Reading {
  uint64_t bytes = 0;
  double seconds = 0;
};

// Reads the weights once and keeps nothing but what the system keeps of files: what loading takes
// besides is then told apart from the disk. Files that cannot be read are left to the loading.
Reading read_through(const std::filesystem::path& folder) {
  Reading reading;
  const auto files = weight_files(folder);
  if (!files) return reading;
  const Stopwatch watch;
  std::vector<char> piece(size_t{1} << 22);
  for (const auto& path : *files) {
    std::ifstream file(path, std::ios::binary);
    while (file.read(piece.data(), static_cast<std::streamsize>(piece.size())) ||
           file.gcount() > 0) {
      reading.bytes += static_cast<uint64_t>(file.gcount());
    }
  }
  reading.seconds = watch.seconds();
  return reading;
}

}  // namespace

Result<LoadedCheckpoint> load_checkpoint(const std::filesystem::path& folder,
                                         const AssistantOptions& options, const LoadWay& way) {
  // libtorch and the JSON library throw.
  try {
    if (!log_is_on(LogLevel::kInfo) || way.place) return load(folder, options, way);
    const Reading reading = read_through(folder);
    const Stopwatch watch;
    auto loaded = load(folder, options, way);
    log_info(cat("read ", static_cast<double>(reading.bytes) * 1e-9, " GB of weights in ",
                 reading.seconds, " s; loading took ", watch.seconds(), " s beyond that"));
    return loaded;
  } catch (const std::exception& error) {
    return fail(ErrorKind::kModel, cat(folder.string(), ": cannot be loaded: ", error.what()));
  }
}

Result<AssistantInfo> describe_checkpoint(const std::filesystem::path& folder,
                                          const AssistantOptions& options) {
  SLAVA_TRY(const auto loaded, load_checkpoint(folder, options, {at::Device(at::kMeta)}));
  return loaded.info;
}

}  // namespace slava
