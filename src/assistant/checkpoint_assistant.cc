// The assistant behind load_assistant: one checkpoint folder, one study at a time.
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <functional>

#include "assistant/assistant.h"
#include "assistant/loaded_checkpoint.h"
#include "base/stopwatch.h"
#include "base/strings.h"
#include "decoder/generate.h"
#include "recognition/signed_text.h"

namespace slava {
namespace {

class CheckpointAssistant : public Assistant {
 public:
  explicit CheckpointAssistant(LoadedCheckpoint loaded) : loaded_(std::move(loaded)) {}

  const AssistantInfo& info() const override { return loaded_.info; }

  Result<Draft> draft(const DraftRequest& request, const GenerationOptions& options) override {
    return guarded<Draft>([&] { return write_draft(request, options); });
  }

  Result<Reply> ask(const Question& question, const GenerationOptions& options) override {
    return guarded<Reply>([&] { return answer(question, options); });
  }

 private:
  // Films behind the projector, ready for any number of questions.
  struct SeenFilms {
    std::vector<View> views;
    Tensor image_tokens;  // [V, M, D]; undefined without films
    std::string signs;    // what the recognition head saw, for the prompt
    double seconds = 0;
  };

  // libtorch throws, for example when memory runs out; nothing of it may leave this module.
  template <typename T>
  static Result<T> guarded(const std::function<Result<T>()>& work) {
    try {
      const at::InferenceMode inference;
      return work();
    } catch (const std::exception& error) {
      return fail(ErrorKind::kInternal, cat("the model failed: ", error.what()));
    }
  }

  SeenFilms look_at(const std::vector<const FilmPixels*>& films) const {
    const Stopwatch watch;
    SeenFilms seen;
    if (films.empty()) return seen;
    std::vector<const ModelPixels*> pictures;
    for (const FilmPixels* film : films) {
      seen.views.push_back(film->view);
      pictures.push_back(&film->pixels);
    }
    const Tensor pixels = to_tensor(pictures).to(loaded_.device, loaded_.dtype);     // [V, 3, S, S]
    const Tensor features = loaded_.model.vision->encode(pixels, Pass::kInference);  // [V, N, E]
    seen.image_tokens = loaded_.model.projector->project(features);                  // [V, M, D]
    if (loaded_.model.recognition) {
      const RecognitionConfig& config = *loaded_.config.recognition;
      seen.signs = sign_tokens(recognised_signs(
          config, recognise(*loaded_.model.recognition, config, features, seen.views)));
    }
    seen.seconds = watch.seconds();
    return seen;
  }

  // Continues `text`, which has an <image> for each of the films.
  Result<Reply> continue_text(const std::string& text, const SeenFilms& seen,
                              const GenerationOptions& options) const {
    const auto parts = tokenize_prompt(text, *loaded_.tokenizer, loaded_.prompt_tokens);
    const auto places = std::ranges::count_if(parts, [](const auto& p) { return p.film >= 0; });
    if (static_cast<size_t>(places) != seen.views.size()) {
      return fail(ErrorKind::kInput, cat("the prompt has ", places, " <image> for ",
                                         seen.views.size(), " films; expected one for each"));
    }
    Prompt prompt;
    prompt.embeddings =
        embed_prompt(*loaded_.model.decoder, parts, seen.image_tokens).unsqueeze(0);  // [1, T, D]
    for (const PromptPart& part : parts) {
      if (part.film >= 0) {
        prompt.ids.insert(prompt.ids.end(), repeats_of_film(seen), kFilmId);
      } else {
        prompt.ids.insert(prompt.ids.end(), part.ids.begin(), part.ids.end());
      }
    }
    const int64_t length = prompt.embeddings.size(1);
    if (length >= loaded_.model.decoder->max_tokens()) {
      return fail(ErrorKind::kInput, cat("the prompt has ", length, " tokens; ", loaded_.info.name,
                                         " takes fewer than ", loaded_.model.decoder->max_tokens(),
                                         "; shorten the text that it is given"));
    }
    const Generation generation =
        generate(*loaded_.model.decoder, prompt, loaded_.end_tokens, options);
    Reply reply;
    reply.text = trim(loaded_.tokenizer->decode(generation.tokens));
    if (loaded_.model.recognition) reply.text = without_signs(reply.text);
    reply.tokens = generation.tokens;
    reply.complete = generation.ended;
    reply.prompt_tokens = static_cast<int>(length);
    reply.vision_s = seen.seconds;
    reply.first_token_s = generation.first_token_s;
    reply.decode_s = generation.decode_s;
    return reply;
  }

  // A film is one id in the prompt of LLaVA-Phi, and as many as it has image tokens in
  // transformers' LLaVA: the n-grams of a prompt differ by that.
  size_t repeats_of_film(const SeenFilms& seen) const {
    return loaded_.prompt_tokens.image_token ? static_cast<size_t>(seen.image_tokens.size(1)) : 1;
  }

  Result<Reply> answer(const Question& question, const GenerationOptions& options) const {
    std::vector<const FilmPixels*> films;
    for (const FilmPixels& film : question.films) films.push_back(&film);
    const SeenFilms seen = look_at(films);
    const std::string text = question.prompt.empty()
                                 ? prompt_text(loaded_.config.prompt, seen.views,
                                               {.question = question.text, .signs = seen.signs})
                                 : question.prompt;
    return continue_text(text, seen, options);
  }

  Result<Draft> write_draft(const DraftRequest& request, const GenerationOptions& options) const {
    const Stopwatch watch;
    std::vector<const FilmPixels*> films;
    for (const View view : loaded_.config.views) {
      const auto film = std::ranges::find(request.films, view, &FilmPixels::view);
      if (film != request.films.end()) films.push_back(&*film);
    }
    if (films.empty()) {
      return fail(ErrorKind::kInput, cat("no film of a view that ", loaded_.info.name, " reads"));
    }
    const SeenFilms seen = look_at(films);
    const auto ask = [&](const std::string& question, const GenerationOptions& how) {
      return continue_text(
          prompt_text(loaded_.config.prompt, seen.views,
                      {question, request.indication, request.comparison, seen.signs}),
          seen, how);
    };
    SLAVA_TRY(const Reply first, ask(loaded_.config.prompt.question, options));
    Draft draft;
    draft.raw_text = first.text;
    draft.complete = first.complete;
    draft.prompt_tokens = first.prompt_tokens;
    draft.new_tokens = static_cast<int>(first.tokens.size());
    if (loaded_.config.prompt.impression_question.empty()) {
      const Answer answer = split_answer(first.text);
      draft.findings = answer.findings;
      draft.impression = answer.impression;
    } else {
      draft.findings = first.text;
      SLAVA_TRY_STATUS(add_impression(ask, options, draft));
    }
    draft.seconds = watch.seconds();
    return draft;
  }

  template <typename Ask>
  Status add_impression(const Ask& ask, const GenerationOptions& options, Draft& draft) const {
    GenerationOptions shorter = options;
    if (loaded_.config.prompt.impression_max_new_tokens > 0) {
      shorter.max_new_tokens =
          std::min(options.max_new_tokens, loaded_.config.prompt.impression_max_new_tokens);
    }
    SLAVA_TRY(const Reply second,
              ask(impression_question(loaded_.config.prompt, draft.findings), shorter));
    draft.impression = second.text;
    draft.raw_text += "\n" + second.text;
    draft.complete = draft.complete && second.complete;
    draft.prompt_tokens += second.prompt_tokens;
    draft.new_tokens += static_cast<int>(second.tokens.size());
    return {};
  }

  // No token has this id; upstream's placeholder for a film.
  static constexpr int64_t kFilmId = -200;

  LoadedCheckpoint loaded_;
};

}  // namespace

Result<std::unique_ptr<Assistant>> load_assistant(const std::filesystem::path& folder,
                                                  const AssistantOptions& options) {
  SLAVA_TRY(auto loaded, load_checkpoint(folder, options));
  return std::make_unique<CheckpointAssistant>(std::move(loaded));
}

}  // namespace slava
