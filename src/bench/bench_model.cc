#include "bench/bench_model.h"

#include "base/file.h"
#include "base/stopwatch.h"
#include "base/strings.h"
#include "bench/bench_shapes.h"
#include "nn/device.h"
#include "nn/safetensors.h"

namespace slava {
namespace {

using nlohmann::json;

bool is_linear(const std::string& name, const std::vector<int64_t>& sizes) {
  return sizes.size() == 2 && name.ends_with(".weight") && !name.ends_with("embedding.weight") &&
         !name.ends_with("embed_tokens.weight");
}

void add(const std::vector<int64_t>& sizes, std::vector<LinearShape>& shapes) {
  for (LinearShape& shape : shapes) {
    if (shape.out == sizes[0] && shape.in == sizes[1]) {
      ++shape.count;
      return;
    }
  }
  shapes.push_back({sizes[0], sizes[1], 1});
}

ModelShapes shapes_of(const ParameterSizes& parameters, const CheckpointConfig& config,
                      LinearNumbers linears, at::ScalarType type) {
  ModelShapes shapes;
  const std::string family = config.vision.value("model_type", "");
  shapes.is_transformer = family.starts_with("clip") || family.starts_with("siglip");
  bool has_head = false;
  std::vector<int64_t> table;
  const auto in = [](const std::string& name, const std::string& scope) {
    return name.starts_with(scope + ".");
  };
  for (const auto& [name, sizes] : parameters) {
    if (name == config.decoder_scopes.model + ".embed_tokens.weight") table = sizes;
    if (!is_linear(name, sizes)) continue;
    if (in(name, config.decoder_scopes.head)) {
      add(sizes, shapes.head);
      has_head = true;
    } else if (in(name, config.projector.scope)) {
      add(sizes, shapes.projector);
    } else if (in(name, config.vision_scope)) {
      add(sizes, shapes.vision);
    } else if (in(name, config.decoder_scopes.model)) {
      add(sizes, shapes.decoder);
    }
  }
  if (!has_head && table.size() == 2) add(table, shapes.head);
  double size = double(c10::elementSize(type));
  if (linears == LinearNumbers::kInt8) size = 1;
  // Half a byte, and a scale of two for every 64; the head is in 8 bit.
  if (linears == LinearNumbers::kInt4) size = 0.53;
  shapes.decoder_bytes = static_cast<uint64_t>(
      (operations(shapes.decoder, 1) + operations(shapes.head, 1)) / 2 * size);
  return shapes;
}

Result<BenchModel> load(const BenchOptions& options) {
  BenchModel model;
  const Stopwatch watch;
  SLAVA_TRY(model.checkpoint, load_checkpoint(options.model, options.assistant));
  model.load_s = watch.seconds();
  const LoadedCheckpoint& loaded = model.checkpoint;
  model.shapes = shapes_of(loaded.sizes, loaded.config, loaded.linears, loaded.dtype);
  return model;
}

Result<BenchModel> make(const BenchOptions& options) {
  BenchModel model;
  LoadedCheckpoint& checkpoint = model.checkpoint;
  const Stopwatch watch;
  SLAVA_TRY(checkpoint.device, resolve_device(options.assistant.device));
  set_up_libtorch(options.assistant.threads);
  checkpoint.config = bench_config(options.shape);
  const NumberType wish = options.assistant.dtype;
  LinearNumbers& linears = checkpoint.linears;
  if (checkpoint.device.is_cpu()) {
    if (wish == NumberType::kInt8 || wish == NumberType::kAuto) linears = LinearNumbers::kInt8;
    if (wish == NumberType::kInt4) linears = LinearNumbers::kInt4;
  }
  // As a published checkpoint's, stored in 16 bit and too large for float32.
  checkpoint.dtype = resolve_dtype(linears == LinearNumbers::kAsAll ? wish : NumberType::kInt8,
                                   at::kBFloat16, kSmallModelBytes, checkpoint.device);
  ParameterBinder binder({}, Missing::kIsInitialised, 1, checkpoint.device, checkpoint.dtype);
  binder.compute_linears_in(linears);
  SLAVA_TRY(checkpoint.model, build_model(checkpoint.config, binder));
  checkpoint.info.name = checkpoint.config.name;
  checkpoint.info.dtype = arithmetic_name(linears, checkpoint.dtype);
  SLAVA_TRY_STATUS(keep_caches_in(options.assistant.kv_dtype, checkpoint));
  checkpoint.sizes = sizes_of(binder.parameters());
  model.shapes = shapes_of(checkpoint.sizes, checkpoint.config, linears, checkpoint.dtype);
  model.load_s = watch.seconds();
  return model;
}

}  // namespace

Result<BenchModel> load_bench_model(const BenchOptions& options) {
  return options.model.empty() ? make(options) : load(options);
}

Status write_random_checkpoint(const std::string& shape, const std::filesystem::path& folder) {
  const CheckpointConfig config = bench_config(shape);
  ParameterBinder binder({}, Missing::kIsInitialised, 1, at::kCPU, at::kBFloat16);
  SLAVA_TRY(const Model model, build_model(config, binder));
  TensorMap tensors;
  for (const Parameter& parameter : binder.parameters()) {
    tensors.emplace(parameter.name, parameter.tensor);
  }
  for (const Parameter& parameter : binder.unused()) {
    tensors.emplace(parameter.name, parameter.tensor);
  }
  json vision = config.vision, text = config.text;
  vision.erase("feature_layers");
  vision.erase("feature_select");
  const json whole{{"architectures", {"LlavaForConditionalGeneration"}},
                   {"model_type", "llava"},
                   {"name", config.name},
                   {"notice", config.notice},
                   {"vision_config", vision},
                   {"text_config", text},
                   {"vision_feature_layer", -2},
                   {"vision_feature_select_strategy", "default"},
                   {"projector_hidden_act", "gelu"},
                   {"image_token_index", 32000},
                   {"tie_word_embeddings", false},
                   {"torch_dtype", "bfloat16"}};
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  SLAVA_TRY_STATUS(write_safetensors(folder / "model.safetensors", tensors, {{"format", "pt"}}));
  return write_file_atomically(folder / "config.json", whole.dump(2) + "\n");
}

}  // namespace slava
