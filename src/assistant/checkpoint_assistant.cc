// The assistant behind load_assistant: one checkpoint folder, one study at a time.
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <functional>

#include "assistant/assistant.h"
#include "assistant/loaded_checkpoint.h"
#include "assistant/sign_constraints.h"
#include "base/log.h"
#include "base/stopwatch.h"
#include "base/strings.h"
#include "decoder/generate.h"
#include "recognition/faithful_text.h"
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

  Result<std::vector<double>> score(const DraftRequest& request,
                                    const std::vector<std::string>& findings) override {
    return guarded<std::vector<double>>([&] { return score_texts(request, findings); });
  }

  Result<std::vector<Reply>> ask(const std::vector<FilmPixels>& films,
                                 const std::vector<Question>& questions,
                                 const GenerationOptions& options) override {
    return guarded<std::vector<Reply>>([&] { return answer(films, questions, options); });
  }

 private:
  // Films behind the projector, ready for any number of questions.
  struct SeenFilms {
    std::vector<View> views;
    Tensor image_tokens;       // [V, M, D]; undefined without films
    RecognitionScores scores;  // where the checkpoint recognises
    std::vector<Sign> signs;   // what it tells of them
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
      seen.scores = recognise(*loaded_.model.recognition, config, features, seen.views);
      seen.signs = recognised_signs(config, seen.scores);
      log_debug(cat("recognised ", sign_tokens(seen.signs)));
    }
    seen.seconds = watch.seconds();
    return seen;
  }

  // Continues `text`, which has an <image> for each of the films. The reply has its signs in it,
  // where the checkpoint writes any.
  // `prefix`: of another text about the same films.
  Result<Reply> continue_text(const std::string& text, const SeenFilms& seen,
                              TextConstraints constraints, const GenerationOptions& options,
                              ComputedPrefix* prefix = nullptr) const {
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
        const auto tokens = static_cast<size_t>(seen.image_tokens.size(1));
        prompt.positions.insert(prompt.positions.end(), tokens, kFilmId - part.film);
      } else {
        prompt.ids.insert(prompt.ids.end(), part.ids.begin(), part.ids.end());
        prompt.positions.insert(prompt.positions.end(), part.ids.begin(), part.ids.end());
      }
    }
    prompt.constraints = std::move(constraints);
    const int64_t length = prompt.embeddings.size(1);
    if (length >= loaded_.model.decoder->max_tokens()) {
      return fail(ErrorKind::kInput, cat("the prompt has ", length, " tokens; ", loaded_.info.name,
                                         " takes fewer than ", loaded_.model.decoder->max_tokens(),
                                         "; shorten the text that it is given"));
    }
    const Generation generation =
        generate(*loaded_.model.decoder, prompt, loaded_.end_tokens, options, prefix);
    log_debug(cat("first token after ", generation.first_token_s, " s, ", generation.shared_tokens,
                  " of the prompt's ", length, " tokens shared"));
    Reply reply;
    reply.text = trim(loaded_.tokenizer->decode(generation.tokens));
    if (loaded_.model.recognition) log_debug(cat("written ", reply.text));
    reply.tokens = generation.tokens;
    reply.complete = generation.ended;
    reply.prompt_tokens = static_cast<int>(length);
    reply.vision_s = seen.seconds;
    reply.first_token_s = generation.first_token_s;
    reply.shared_tokens = static_cast<int>(generation.shared_tokens);
    reply.decode_s = generation.decode_s;
    return reply;
  }

  // Answers to other questions than that for a report are free.
  TextConstraints constraints_on(const std::string& question,
                                 const std::vector<Sign>& signs) const {
    const bool is_report = question == loaded_.config.prompt.question;
    if (!loaded_.model.recognition || !is_report) return {};
    return constraints_of(signs, *loaded_.tokenizer);
  }

  // A film is one id in the prompt of LLaVA-Phi, and as many as it has image tokens in
  // transformers' LLaVA: the n-grams of a prompt differ by that.
  size_t repeats_of_film(const SeenFilms& seen) const {
    return loaded_.prompt_tokens.image_token ? static_cast<size_t>(seen.image_tokens.size(1)) : 1;
  }

  Result<std::vector<Reply>> answer(const std::vector<FilmPixels>& films,
                                    const std::vector<Question>& questions,
                                    const GenerationOptions& options) const {
    std::vector<const FilmPixels*> shown;
    for (const FilmPixels& film : films) shown.push_back(&film);
    SeenFilms seen = look_at(shown);
    ComputedPrefix prefix;
    std::vector<Reply> replies;
    for (const Question& question : questions) {
      const std::string text =
          question.prompt.empty()
              ? prompt_text(loaded_.config.prompt, seen.views,
                            {.question = question.text, .signs = sign_tokens(seen.signs)})
              : question.prompt;
      SLAVA_TRY(Reply reply, continue_text(text, seen, constraints_on(question.text, seen.signs),
                                           options, &prefix));
      if (loaded_.model.recognition) reply.text = without_signs(reply.text);
      replies.push_back(std::move(reply));
      seen.seconds = 0;
    }
    return replies;
  }

  // The films of a study that the checkpoint reads, of each view the first.
  Result<SeenFilms> look_at_study(const DraftRequest& request) const {
    std::vector<const FilmPixels*> films;
    for (const View view : loaded_.config.views) {
      const auto film = std::ranges::find(request.films, view, &FilmPixels::view);
      if (film != request.films.end()) films.push_back(&*film);
    }
    if (films.empty()) {
      return fail(ErrorKind::kInput, cat("no film of a view that ", loaded_.info.name, " reads"));
    }
    return look_at(films);
  }

  Result<std::vector<double>> score_texts(const DraftRequest& request,
                                          const std::vector<std::string>& findings) const {
    SLAVA_TRY(const SeenFilms seen, look_at_study(request));
    const PromptConfig& prompt = loaded_.config.prompt;
    std::vector<Sign> signs = seen.signs;
    std::vector<std::string> answers;
    for (const std::string& text : findings) {
      std::string answer = text;
      if (loaded_.model.recognition) {
        const SignedText shown = signed_text(text, "");
        answer = shown.text;
        for (const Sign& sign : shown.signs) {
          std::erase_if(signs, [&](const Sign& s) { return s.observation == sign.observation; });
          const FindingSide side =
              likelier_side(*loaded_.config.recognition, seen.scores, sign.observation);
          signs.push_back({sign.observation, side, sign.possible});
        }
      } else if (prompt.impression_question.empty()) {
        answer = report_text({text}, {});
      }
      answers.push_back(prompt.impression_question.empty() ? cat(" ", answer) : answer);
    }
    const auto parts =
        tokenize_prompt(prompt_text(prompt, seen.views,
                                    {prompt.question, request.indication, request.comparison,
                                     sign_tokens(in_report_order(signs))}),
                        *loaded_.tokenizer, loaded_.prompt_tokens);
    std::vector<double> scores;
    for (const std::string& answer : answers) {
      auto with_answer = parts;
      with_answer.push_back({loaded_.tokenizer->encode(answer), -1});
      scores.push_back(log_likelihood_of_last(with_answer, seen));
    }
    return scores;
  }

  // Of the ids of the last part, given all before it.
  double log_likelihood_of_last(const std::vector<PromptPart>& parts, const SeenFilms& seen) const {
    const auto& ids = parts.back().ids;
    const auto count = static_cast<int64_t>(ids.size());
    const Decoder& decoder = *loaded_.model.decoder;
    const Tensor embeddings = embed_prompt(decoder, parts, seen.image_tokens).unsqueeze(0);
    const Tensor hidden = decoder.forward(embeddings, nullptr, Pass::kInference)[0];  // [T, D]
    // The state before a token foretells it.
    const Tensor states = hidden.narrow(0, hidden.size(0) - count - 1, count);
    const Tensor likelihoods = at::log_softmax(decoder.logits(states), -1);  // [count, vocabulary]
    const Tensor targets = at::tensor(ids, at::kLong).to(likelihoods.device()).unsqueeze(1);
    return likelihoods.gather(1, targets).sum().item<double>();
  }

  Result<Draft> write_draft(const DraftRequest& request, const GenerationOptions& options) const {
    const Stopwatch watch;
    SLAVA_TRY(const SeenFilms seen, look_at_study(request));
    ComputedPrefix prefix;
    const auto ask = [&](const std::string& question, const GenerationOptions& how) {
      return continue_text(
          prompt_text(loaded_.config.prompt, seen.views,
                      {question, request.indication, request.comparison, sign_tokens(seen.signs)}),
          seen, constraints_on(question, seen.signs), how, &prefix);
    };
    SLAVA_TRY(const Reply first, ask(loaded_.config.prompt.question, options));
    Draft draft;
    draft.raw_text = loaded_.model.recognition ? without_signs(first.text) : first.text;
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
    if (loaded_.model.recognition) hold_to_signs(seen.signs, draft);
    draft.seconds = watch.seconds();
    return draft;
  }

  static void hold_to_signs(const std::vector<Sign>& signs, Draft& draft) {
    FaithfulText text = faithful_text(draft.findings, draft.impression, signs);
    draft.findings = std::move(text.findings);
    draft.impression = std::move(text.impression);
    if (text.reworded + text.left_out == 0) return;
    log_info(cat("of the decoder's sentences ", text.reworded, " were reworded and ", text.left_out,
                 " left out, to say what was recognised"));
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
