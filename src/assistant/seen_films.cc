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

// One study's share of what encoder and projector made of the films of several.
SeenFilms seen_of(const LoadedCheckpoint& checkpoint, const std::vector<const FilmPixels*>& films,
                  const Tensor& features, const Tensor& image_tokens) {
  SeenFilms seen;
  for (const FilmPixels* film : films) seen.views.push_back(film->view);
  seen.image_tokens = image_tokens;
  if (checkpoint.model.recognition && !films.empty()) {
    const RecognitionConfig& config = *checkpoint.config.recognition;
    seen.scores = recognise(*checkpoint.model.recognition, config, features, seen.views);
    seen.signs = recognised_signs(config, seen.scores);
    log_debug(cat("recognised ", sign_tokens(seen.signs)));
  }
  return seen;
}

// Those of a study that the checkpoint reads, of each view the first.
Result<std::vector<const FilmPixels*>> films_of(const LoadedCheckpoint& checkpoint,
                                                const DraftRequest& request) {
  std::vector<const FilmPixels*> films;
  for (const View view : checkpoint.config.views) {
    const auto film = std::ranges::find(request.films, view, &FilmPixels::view);
    if (film != request.films.end()) films.push_back(&*film);
  }
  if (films.empty() && request.findings.empty()) {
    return fail(ErrorKind::kInput, cat("no film of a view that ", checkpoint.info.name, " reads"));
  }
  return films;
}

// What is seen on the films of each study, all of them through the encoder at once.
std::vector<SeenFilms> look_at_all(const LoadedCheckpoint& checkpoint,
                                   const std::vector<std::vector<const FilmPixels*>>& studies) {
  const Stopwatch watch;
  const Model& model = checkpoint.model;
  std::vector<const ModelPixels*> pictures;
  for (const auto& films : studies) {
    for (const FilmPixels* film : films) pictures.push_back(&film->pixels);
  }
  Tensor features;
  Tensor image_tokens =
      at::empty({0, 1, model.decoder->width()}, at::TensorOptions().device(checkpoint.device));
  if (!pictures.empty()) {
    const at::ScalarType dtype = vision_dtype(checkpoint.config, checkpoint.dtype);
    const Tensor pixels = to_tensor(pictures).to(checkpoint.device, dtype);  // [V, 3, S, S]
    features = model.vision->encode(pixels, Pass::kInference);               // [V, N, E]
    image_tokens = model.projector->project(features);                       // [V, M, D]
  }
  std::vector<SeenFilms> seen;
  int64_t place = 0;
  for (const auto& films : studies) {
    const auto count = static_cast<int64_t>(films.size());
    seen.push_back(seen_of(checkpoint, films,
                           count > 0 ? features.narrow(0, place, count) : Tensor(),
                           image_tokens.narrow(0, place, count)));
    place += count;
  }
  for (SeenFilms& study : seen) study.seconds = watch.seconds() / static_cast<double>(seen.size());
  return seen;
}

}  // namespace

SeenFilms look_at(const LoadedCheckpoint& checkpoint, const std::vector<const FilmPixels*>& films) {
  return look_at_all(checkpoint, {films}).front();
}

Result<SeenFilms> look_at_study(const LoadedCheckpoint& checkpoint, const DraftRequest& request) {
  SLAVA_TRY(const auto films, films_of(checkpoint, request));
  return look_at(checkpoint, films);
}

std::vector<Result<SeenFilms>> look_at_studies(const LoadedCheckpoint& checkpoint,
                                               const std::vector<DraftRequest>& requests) {
  std::vector<Result<SeenFilms>> seen(requests.size());
  std::vector<std::vector<const FilmPixels*>> films;
  std::vector<size_t> places;
  for (size_t i = 0; i < requests.size(); ++i) {
    auto of_study = films_of(checkpoint, requests[i]);
    if (!of_study) {
      seen[i] = fail(of_study.error());
      continue;
    }
    films.push_back(*std::move(of_study));
    places.push_back(i);
  }
  auto studies = look_at_all(checkpoint, films);
  for (size_t i = 0; i < places.size(); ++i) seen[places[i]] = std::move(studies[i]);
  return seen;
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
