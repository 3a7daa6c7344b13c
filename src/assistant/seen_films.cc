#include "assistant/seen_films.h"

#include <algorithm>

#include "assistant/sign_constraints.h"
#include "base/log.h"
#include "base/stopwatch.h"
#include "base/strings.h"
#include "recognition/recognition.h"
#include "recognition/signed_text.h"

namespace slava {
namespace {

// No token has this id; upstream's placeholder for a film.
constexpr int64_t kFilmId = -200;

}  // namespace

SeenFilms look_at(const LoadedCheckpoint& checkpoint, const std::vector<const FilmPixels*>& films) {
  const Stopwatch watch;
  const Model& model = checkpoint.model;
  SeenFilms seen;
  if (films.empty()) {
    seen.image_tokens =
        at::empty({0, 1, model.decoder->width()}, at::TensorOptions().device(checkpoint.device));
    return seen;
  }
  std::vector<const ModelPixels*> pictures;
  for (const FilmPixels* film : films) {
    seen.views.push_back(film->view);
    pictures.push_back(&film->pixels);
  }
  const at::ScalarType dtype = vision_dtype(checkpoint.config, checkpoint.dtype);
  const Tensor pixels = to_tensor(pictures).to(checkpoint.device, dtype);  // [V, 3, S, S]
  const Tensor features = model.vision->encode(pixels, Pass::kInference);  // [V, N, E]
  seen.image_tokens = model.projector->project(features);                  // [V, M, D]
  if (model.recognition) {
    const RecognitionConfig& config = *checkpoint.config.recognition;
    seen.scores = recognise(*model.recognition, config, features, seen.views);
    seen.signs = recognised_signs(config, seen.scores);
    log_debug(cat("recognised ", sign_tokens(seen.signs)));
  }
  seen.seconds = watch.seconds();
  return seen;
}

Result<SeenFilms> look_at_study(const LoadedCheckpoint& checkpoint, const DraftRequest& request) {
  std::vector<const FilmPixels*> films;
  for (const View view : checkpoint.config.views) {
    const auto film = std::ranges::find(request.films, view, &FilmPixels::view);
    if (film != request.films.end()) films.push_back(&*film);
  }
  if (films.empty() && request.findings.empty()) {
    return fail(ErrorKind::kInput, cat("no film of a view that ", checkpoint.info.name, " reads"));
  }
  return look_at(checkpoint, films);
}

Result<Prompt> prompt_about(const LoadedCheckpoint& checkpoint, const SeenFilms& seen,
                            const std::string& text, TextConstraints constraints,
                            const GenerationOptions& options, const std::string& answer) {
  auto parts = tokenize_prompt(text, *checkpoint.tokenizer, checkpoint.prompt_tokens);
  const auto places = std::ranges::count_if(parts, [](const auto& p) { return p.film >= 0; });
  if (static_cast<size_t>(places) != seen.views.size()) {
    return fail(ErrorKind::kInput, cat("the prompt has ", places, " <image> for ",
                                       seen.views.size(), " films; expected one for each"));
  }
  if (!answer.empty()) parts.push_back({checkpoint.tokenizer->encode(cat(" ", answer)), -1});
  Prompt prompt;
  prompt.options = options;
  prompt.constraints = std::move(constraints);
  prompt.embeddings =
      embed_prompt(*checkpoint.model.decoder, parts, seen.image_tokens).unsqueeze(0);  // [1, T, D]
  for (const PromptPart& part : parts) {
    if (part.film >= 0) {
      // A film is one id in the prompt of LLaVA-Phi, and as many as it has image tokens in
      // transformers' LLaVA: the n-grams of a prompt differ by that.
      const auto tokens = static_cast<size_t>(seen.image_tokens.size(1));
      prompt.ids.insert(prompt.ids.end(), checkpoint.prompt_tokens.image_token ? tokens : 1,
                        kFilmId);
      prompt.positions.insert(prompt.positions.end(), tokens, kFilmId - part.film);
    } else {
      prompt.ids.insert(prompt.ids.end(), part.ids.begin(), part.ids.end());
      prompt.positions.insert(prompt.positions.end(), part.ids.begin(), part.ids.end());
    }
  }
  const int64_t length = prompt.embeddings.size(1), most = checkpoint.model.decoder->max_tokens();
  if (length >= most) {
    return fail(ErrorKind::kInput,
                cat("the prompt has ", length, " tokens; ", checkpoint.info.name,
                    " takes fewer than ", most, "; shorten the text that it is given"));
  }
  return prompt;
}

TextConstraints constraints_on(const LoadedCheckpoint& checkpoint, const std::string& question,
                               const std::vector<Sign>& signs) {
  const bool is_report = question == checkpoint.config.prompt.question;
  if (!checkpoint.model.recognition || !is_report) return {};
  return constraints_of(signs, *checkpoint.tokenizer);
}

}  // namespace slava
