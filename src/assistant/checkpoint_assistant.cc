// The assistant behind load_assistant: one checkpoint folder, any number of studies.
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <deque>
#include <functional>

#include "assistant/assistant.h"
#include "assistant/guesses.h"
#include "assistant/jobs.h"
#include "assistant/loaded_checkpoint.h"
#include "assistant/seen_films.h"
#include "base/strings.h"
#include "decoder/generate.h"
#include "recognition/signed_text.h"

namespace slava {
namespace {

// Studies whose films go through the encoder together.
constexpr int kStudiesSeenAtOnce = 4;

// The studies that `next` gives, films seen: those of a few at a time, where as many are drafted at
// a time.
class LookAhead {
 public:
  struct Study {
    DraftRequest request;
    Result<SeenFilms> seen;
  };

  LookAhead(const LoadedCheckpoint& checkpoint, const NextRequest& next)
      : checkpoint_(checkpoint), next_(next) {}

  std::optional<Study> next() {
    if (studies_.empty()) look();
    if (studies_.empty()) return std::nullopt;
    Study study = std::move(studies_.front());
    studies_.pop_front();
    return study;
  }

 private:
  void look() {
    std::vector<DraftRequest> requests;
    const int most = std::min(checkpoint_.info.batch, kStudiesSeenAtOnce);
    while (std::ssize(requests) < most && !ended_) {
      auto request = next_();
      ended_ = !request;
      if (request) requests.push_back(*std::move(request));
    }
    auto seen = look_at_studies(checkpoint_, requests);
    for (size_t i = 0; i < requests.size(); ++i) {
      studies_.push_back({std::move(requests[i]), std::move(seen[i])});
    }
  }

  const LoadedCheckpoint& checkpoint_;
  const NextRequest& next_;
  bool ended_ = false;
  std::deque<Study> studies_;
};

class CheckpointAssistant : public Assistant {
 public:
  CheckpointAssistant(LoadedCheckpoint loaded, std::unique_ptr<DraftSource> guesses)
      : loaded_(std::move(loaded)), guesses_(std::move(guesses)) {}

  const AssistantInfo& info() const override { return loaded_.info; }

  Result<Draft> draft(const DraftRequest& request, const GenerationOptions& options) override {
    Result<Draft> draft = fail(ErrorKind::kInternal, "no draft was written");
    bool given = false;
    const NextRequest next = [&]() -> std::optional<DraftRequest> {
      if (std::exchange(given, true)) return std::nullopt;
      return request;
    };
    const auto done = [&](size_t, Result<Draft> written) { draft = std::move(written); };
    SLAVA_TRY_STATUS(draft_all(next, done, options, {}));
    return draft;
  }

  Status draft_all(const NextRequest& next, const DraftDone& done, const GenerationOptions& options,
                   const StopAsked& stop) override {
    return guarded<void>([&]() -> Status {
      LookAhead ahead(loaded_, next);
      size_t number = 0;
      const NextJob next_job = [&]() -> std::unique_ptr<GenerationJob> {
        auto study = ahead.next();
        if (!study) return nullptr;
        return std::make_unique<DraftJob>(
            loaded_, std::move(study->request), options,
            [&done, place = number++](Result<Draft> draft) { done(place, std::move(draft)); },
            std::move(study->seen));
      };
      generate_all(*loaded_.model.decoder, next_job, setup(loaded_.info.batch, stop));
      return {};
    });
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

  GenerationSetup setup(int sequences, const StopAsked& stop) const {
    return {sequences, loaded_.end_tokens, guesses_.get(), stop};
  }

  Result<std::vector<Reply>> answer(const std::vector<FilmPixels>& films,
                                    const std::vector<Question>& questions,
                                    const GenerationOptions& options) const {
    std::vector<const FilmPixels*> shown;
    for (const FilmPixels& film : films) shown.push_back(&film);
    Result<std::vector<Reply>> replies = std::vector<Reply>();
    std::unique_ptr<GenerationJob> job =
        std::make_unique<AskJob>(loaded_, look_at(loaded_, shown), questions, options, replies);
    const NextJob next_job = [&] { return std::exchange(job, nullptr); };
    generate_all(*loaded_.model.decoder, next_job, setup(1, {}));
    return replies;
  }

  Result<std::vector<double>> score_texts(const DraftRequest& request,
                                          const std::vector<std::string>& findings) const {
    SLAVA_TRY(const SeenFilms seen, look_at_study(loaded_, request));
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
    const Tensor hidden = decoder.forward(embeddings, {}, Pass::kInference)[0];  // [T, D]
    // The state before a token foretells it.
    const Tensor states = hidden.narrow(0, hidden.size(0) - count - 1, count);
    const Tensor likelihoods = at::log_softmax(decoder.logits(states), -1);  // [count, vocabulary]
    const Tensor targets = at::tensor(ids, at::kLong).to(likelihoods.device()).unsqueeze(1);
    return likelihoods.gather(1, targets).sum().item<double>();
  }

  LoadedCheckpoint loaded_;
  std::unique_ptr<DraftSource> guesses_;  // null: none are wanted
};

}  // namespace

Result<std::unique_ptr<Assistant>> load_assistant(const std::filesystem::path& folder,
                                                  const AssistantOptions& options) {
  SLAVA_TRY(auto loaded, load_checkpoint(folder, options));
  std::unique_ptr<DraftSource> guesses;
  if (options.guesses) {
    SLAVA_TRY(guesses, load_guesses(folder));
  }
  return std::make_unique<CheckpointAssistant>(std::move(loaded), std::move(guesses));
}

}  // namespace slava
