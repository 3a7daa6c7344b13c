// The assistant behind load_assistant: one checkpoint folder, one study at a time.
#include <ATen/core/grad_mode.h>

#include <chrono>
#include <set>

#include "assistant/assistant.h"
#include "assistant/checkpoint_config.h"
#include "assistant/model.h"
#include "base/check.h"
#include "base/strings.h"
#include "decoder/generate.h"
#include "nn/device.h"
#include "nn/safetensors.h"

namespace slava {
namespace {

at::ScalarType stored_type(const std::string& torch_dtype) {
  return torch_dtype == "bfloat16" ? at::kBFloat16 : at::kFloat;
}

class CheckpointAssistant : public Assistant {
 public:
  CheckpointAssistant(AssistantInfo info, CheckpointConfig config, Model model,
                      std::unique_ptr<Tokenizer> tokenizer, at::Device device, at::ScalarType dtype)
      : info_(std::move(info)),
        config_(std::move(config)),
        model_(std::move(model)),
        tokenizer_(std::move(tokenizer)),
        device_(device),
        dtype_(dtype) {}

  const AssistantInfo& info() const override { return info_; }

  Result<Draft> draft(const DraftRequest& request, const GenerationOptions& options) override {
    // libtorch throws, for example when memory runs out; nothing of it may leave this module.
    try {
      return write(request, options);
    } catch (const std::exception& error) {
      return fail(ErrorKind::kInternal, cat("the model failed: ", error.what()));
    }
  }

 private:
  Result<Draft> write(const DraftRequest& request, const GenerationOptions& options) {
    const at::InferenceMode inference;
    const auto begin = std::chrono::steady_clock::now();
    std::vector<View> views;
    std::vector<const ModelPixels*> films;
    for (const View view : config_.views) {
      for (const FilmPixels& film : request.films) {
        if (film.view != view) continue;
        views.push_back(view);
        films.push_back(&film.pixels);
        break;
      }
    }
    if (films.empty()) {
      return fail(ErrorKind::kInput, cat("no film of a view that ", info_.name, " reads"));
    }
    const Tensor pixels = to_tensor(films).to(device_, dtype_);               // [V, 3, S, S]
    const Tensor features = model_.vision->encode(pixels, Pass::kInference);  // [V, N, E]
    const Tensor image_tokens = model_.projector->project(features);          // [V, M, D]
    const std::string text = prompt_text(config_.prompt, views, config_.prompt.question,
                                         request.indication, request.comparison);
    const Tensor prompt = embed_prompt(*model_.decoder, tokenize_prompt(text, *tokenizer_),
                                       image_tokens);  // [T, D]
    if (prompt.size(0) >= model_.decoder->max_tokens()) {
      return fail(ErrorKind::kInput, cat("the prompt has ", prompt.size(0), " tokens; ", info_.name,
                                         " takes fewer than ", model_.decoder->max_tokens(),
                                         "; shorten indication and comparison"));
    }
    const Generation generation =
        generate(*model_.decoder, prompt.unsqueeze(0), {tokenizer_->end_token()}, options);
    Draft draft;
    draft.raw_text = tokenizer_->decode(generation.tokens);
    const Answer answer = split_answer(draft.raw_text);
    draft.findings = answer.findings;
    draft.impression = answer.impression;
    draft.complete = generation.ended;
    draft.prompt_tokens = static_cast<int>(prompt.size(0));
    draft.new_tokens = static_cast<int>(generation.tokens.size());
    draft.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    return draft;
  }

  AssistantInfo info_;
  CheckpointConfig config_;
  Model model_;
  std::unique_ptr<Tokenizer> tokenizer_;
  at::Device device_;
  at::ScalarType dtype_;
};

Result<std::unique_ptr<Assistant>> load(const std::filesystem::path& folder,
                                        const AssistantOptions& options) {
  SLAVA_TRY(const auto config, load_checkpoint_config(folder));
  AssistantInfo info;
  SLAVA_TRY(info.preprocess, load_preprocess_config(folder));
  SLAVA_TRY(info.generation, load_generation_config(folder));
  SLAVA_TRY(auto tokenizer, load_tokenizer(folder));
  SLAVA_TRY(const auto device, resolve_device(options.device));
  set_threads(options.threads);

  const auto weights = folder / "model.safetensors";
  SLAVA_TRY(auto tensors, read_safetensors(weights));
  for (const auto& [name, tensor] : tensors) info.parameters += static_cast<size_t>(tensor.numel());
  const auto dtype =
      resolve_dtype(options.dtype, stored_type(config.torch_dtype), info.parameters, device);
  ParameterBinder binder(std::move(tensors), Missing::kIsError, 0, device, dtype);
  auto model = build_model(config, binder);
  if (!model) return fail(model.error().in((folder / "config.json").string()));
  SLAVA_TRY_STATUS(binder.finish(weights.string()));
  if (tokenizer->vocabulary() > model->decoder->vocabulary()) {
    return fail(ErrorKind::kModel,
                cat(folder.string(), ": the tokenizer has ", tokenizer->vocabulary(),
                    " entries, text_config.vocab_size is ", model->decoder->vocabulary()));
  }
  if (model->vision->image_size() != info.preprocess.size) {
    return fail(
        ErrorKind::kModel,
        cat(folder.string(), ": preprocessor_config.json makes pictures of ", info.preprocess.size,
            " pixels, vision_config takes ", model->vision->image_size()));
  }
  info.folder = folder;
  info.name = config.name;
  info.notice = config.notice;
  info.family = cat(config.vision.value("model_type", ""), " + ", config.projector, " + ",
                    config.text.value("model_type", ""));
  SLAVA_TRY(info.sha256, checkpoint_sha256(folder));
  info.device = device.str();
  info.dtype = dtype_name(dtype);
  info.uses_lateral = std::ranges::find(config.views, View::kLateral) != config.views.end();
  info.uses_indication = config.prompt.uses_indication();
  info.uses_comparison = config.prompt.uses_comparison();
  return std::make_unique<CheckpointAssistant>(std::move(info), config, *std::move(model),
                                               std::move(tokenizer), device, dtype);
}

}  // namespace

Result<std::unique_ptr<Assistant>> load_assistant(const std::filesystem::path& folder,
                                                  const AssistantOptions& options) {
  try {
    return load(folder, options);
  } catch (const std::exception& error) {
    return fail(ErrorKind::kModel, cat(folder.string(), ": cannot be loaded: ", error.what()));
  }
}

}  // namespace slava
