#include "assistant/jobs.h"

#include <algorithm>

#include "base/log.h"
#include "base/strings.h"
#include "recognition/faithful_text.h"
#include "recognition/signed_text.h"

namespace slava {
namespace {

// The decoder's own text, with its signs where it writes any.
std::string text_of(const LoadedCheckpoint& checkpoint, const Generation& answer) {
  std::string text(trim(checkpoint.tokenizer->decode(answer.tokens)));
  if (checkpoint.model.recognition) log_debug(cat("written ", text));
  log_debug(cat(answer.tokens.size(), " tokens in ", answer.steps, " steps, the first after ",
                answer.first_token_s, " s; ", answer.shared_tokens,
                " tokens of the prompt shared"));
  return text;
}

void hold_to_signs(const std::vector<Sign>& signs, Draft& draft) {
  FaithfulText text = faithful_text(draft.findings, draft.impression, signs);
  draft.findings = std::move(text.findings);
  draft.impression = std::move(text.impression);
  if (text.reworded + text.left_out == 0) return;
  log_info(cat("of the decoder's sentences ", text.reworded, " were reworded and ", text.left_out,
               " left out, to say what was recognised"));
}

}  // namespace

DraftJob::DraftJob(const LoadedCheckpoint& checkpoint, DraftRequest request,
                   GenerationOptions options, Done done, std::optional<Result<SeenFilms>> seen)
    : checkpoint_(checkpoint),
      request_(std::move(request)),
      options_(options),
      done_(std::move(done)),
      seen_before_(std::move(seen)) {}

std::optional<Prompt> DraftJob::next(const Generation* answer) {
  auto prompt = answer == nullptr ? begin() : take(*answer);
  if (!prompt) {
    done_(fail(prompt.error()));
    return std::nullopt;
  }
  if (!*prompt) {
    draft_.seconds += watch_.seconds();
    done_(std::move(draft_));
  }
  return *std::move(prompt);
}

Result<std::optional<Prompt>> DraftJob::begin() {
  watch_ = Stopwatch();
  if (seen_before_) {
    SLAVA_TRY(seen_, *std::move(seen_before_));
    draft_.seconds = seen_.seconds;
  } else {
    SLAVA_TRY(seen_, look_at_study(checkpoint_, request_));
  }
  const PromptConfig& config = checkpoint_.config.prompt;
  Prompt prompt;
  has_findings_ = !request_.findings.empty();
  draft_.findings = request_.findings;
  if (!has_findings_) {
    SLAVA_TRY(prompt, prompt_for(config.question, options_));
  } else if (config.impression_question.empty()) {
    SLAVA_TRY(prompt, prompt_behind_findings());
  } else {
    SLAVA_TRY(prompt,
              prompt_for(impression_question(config, request_.findings), options_of_impression()));
  }
  draft_.prompt_tokens = static_cast<int>(prompt.embeddings.size(1));
  return prompt;
}

Result<Prompt> DraftJob::prompt_behind_findings() {
  const PromptConfig& config = checkpoint_.config.prompt;
  std::string answer = report_text({request_.findings}, {});
  if (checkpoint_.model.recognition) {
    // What the findings say is what the impression is of, whatever the films show besides.
    const SignedText told = signed_text(request_.findings, "");
    seen_.signs = told.signs;
    answer = told.text;
  }
  TextConstraints constraints = constraints_on(checkpoint_, config.question, seen_.signs);
  constraints.owed.clear();  // the findings have told them
  const std::string text = prompt_text(
      config, seen_.views,
      {config.question, request_.indication, request_.comparison, sign_tokens(seen_.signs)});
  return prompt_about(checkpoint_, seen_, text, std::move(constraints), options_,
                      cat(answer, " ", kImpressionMark));
}

GenerationOptions DraftJob::options_of_impression() const {
  GenerationOptions shorter = options_;
  if (const int most = checkpoint_.config.prompt.impression_max_new_tokens; most > 0) {
    shorter.max_new_tokens = std::min(options_.max_new_tokens, most);
  }
  return shorter;
}

Result<Prompt> DraftJob::prompt_for(const std::string& question, const GenerationOptions& options) {
  const std::string text =
      prompt_text(checkpoint_.config.prompt, seen_.views,
                  {question, request_.indication, request_.comparison, sign_tokens(seen_.signs)});
  return prompt_about(checkpoint_, seen_, text, constraints_on(checkpoint_, question, seen_.signs),
                      options);
}

Result<std::optional<Prompt>> DraftJob::take(const Generation& answer) {
  const std::string text = text_of(checkpoint_, answer);
  draft_.new_tokens += static_cast<int>(answer.tokens.size());
  draft_.steps += static_cast<int>(answer.steps);
  draft_.complete = draft_.complete && answer.ended;
  std::optional<Prompt> second;
  if (has_findings_) {
    draft_.impression = text;
    draft_.raw_text = draft_.raw_text.empty() ? text : cat(draft_.raw_text, "\n", text);
  } else {
    draft_.tokens = answer.tokens;
    SLAVA_TRY(second, take_findings(text));
  }
  if (!second && checkpoint_.model.recognition) {
    hold_to_signs(seen_.signs, draft_);
    if (!request_.findings.empty()) {
      draft_.findings = request_.findings;
      draft_.raw_text = without_signs(draft_.raw_text);
    }
  }
  return second;
}

Result<std::optional<Prompt>> DraftJob::take_findings(const std::string& text) {
  const PromptConfig& prompt = checkpoint_.config.prompt;
  draft_.raw_text = checkpoint_.model.recognition ? without_signs(text) : text;
  if (prompt.impression_question.empty()) {
    Answer sections = split_answer(text);
    draft_.findings = std::move(sections.findings);
    draft_.impression = std::move(sections.impression);
    return std::nullopt;
  }
  has_findings_ = true;
  draft_.findings = text;
  SLAVA_TRY(Prompt second, prompt_for(impression_question(prompt, text), options_of_impression()));
  draft_.prompt_tokens += static_cast<int>(second.embeddings.size(1));
  return second;
}

AskJob::AskJob(const LoadedCheckpoint& checkpoint, SeenFilms seen,
               const std::vector<Question>& questions, GenerationOptions options,
               Result<std::vector<Reply>>& replies)
    : checkpoint_(checkpoint),
      seen_(std::move(seen)),
      questions_(questions),
      options_(options),
      replies_(replies) {}

std::optional<Prompt> AskJob::next(const Generation* answer) {
  if (answer != nullptr) {
    Reply reply;
    reply.text = text_of(checkpoint_, *answer);
    if (checkpoint_.model.recognition) reply.text = without_signs(reply.text);
    reply.tokens = answer->tokens;
    reply.complete = answer->ended;
    reply.prompt_tokens = prompt_tokens_;
    reply.vision_s = replies_->empty() ? seen_.seconds : 0;
    reply.first_token_s = answer->first_token_s;
    reply.shared_tokens = static_cast<int>(answer->shared_tokens);
    reply.decode_s = answer->decode_s;
    replies_->push_back(std::move(reply));
  }
  if (replies_->size() == questions_.size()) return std::nullopt;
  const Question& question = questions_[replies_->size()];
  const std::string text =
      question.prompt.empty()
          ? prompt_text(checkpoint_.config.prompt, seen_.views,
                        {.question = question.text, .signs = sign_tokens(seen_.signs)})
          : question.prompt;
  auto prompt = prompt_about(checkpoint_, seen_, text,
                             constraints_on(checkpoint_, question.text, seen_.signs), options_);
  if (!prompt) {
    replies_ = fail(prompt.error());
    return std::nullopt;
  }
  prompt_tokens_ = static_cast<int>(prompt->embeddings.size(1));
  return *std::move(prompt);
}

}  // namespace slava
