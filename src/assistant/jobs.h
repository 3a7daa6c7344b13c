// What the decoder does for one study: the questions of a report, or those of a user, about films
// that are seen once.
#pragma once

#include <functional>
#include <vector>

#include "assistant/assistant.h"
#include "assistant/seen_films.h"
#include "base/stopwatch.h"
#include "decoder/generate.h"

namespace slava {

// A study's report: findings, then the impression where the checkpoint is asked for it apart; or
// the impression of findings that are given. `done` is called once.
class DraftJob : public GenerationJob {
 public:
  using Done = std::function<void(Result<Draft>)>;

  // `seen`: what is seen on the films, where somebody has looked at them already.
  DraftJob(const LoadedCheckpoint& checkpoint, DraftRequest request, GenerationOptions options,
           Done done, std::optional<Result<SeenFilms>> seen = std::nullopt);
  std::optional<Prompt> next(const Generation* answer) override;

 private:
  Result<std::optional<Prompt>> begin();
  // An answer into the draft; the prompt for the impression, where one is still to come.
  Result<std::optional<Prompt>> take(const Generation& answer);
  Result<std::optional<Prompt>> take_findings(const std::string& text);
  Result<Prompt> prompt_for(const std::string& question, const GenerationOptions& options);
  // Where one answer holds both sections: behind the findings, as if the decoder had written them.
  Result<Prompt> prompt_behind_findings();
  GenerationOptions options_of_impression() const;

  const LoadedCheckpoint& checkpoint_;
  DraftRequest request_;
  GenerationOptions options_;
  Done done_;
  std::optional<Result<SeenFilms>> seen_before_;
  Stopwatch watch_;
  SeenFilms seen_;
  Draft draft_;
  bool has_findings_ = false;  // the next answer is the impression
};

// Answers to questions, one after the other; `replies` grows. The first error ends the job.
class AskJob : public GenerationJob {
 public:
  AskJob(const LoadedCheckpoint& checkpoint, SeenFilms seen, const std::vector<Question>& questions,
         GenerationOptions options, Result<std::vector<Reply>>& replies);
  std::optional<Prompt> next(const Generation* answer) override;

 private:
  const LoadedCheckpoint& checkpoint_;
  SeenFilms seen_;
  const std::vector<Question>& questions_;
  GenerationOptions options_;
  Result<std::vector<Reply>>& replies_;
  int prompt_tokens_ = 0;
};

}  // namespace slava
