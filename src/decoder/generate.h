// Token by token: prefill of prompts, then steps of one token each, for many texts at a time.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "decoder/decoder.h"
#include "decoder/drafts.h"
#include "decoder/generation_options.h"

namespace slava {

struct Generation {
  std::vector<int64_t> tokens;  // without the end token
  bool ended = false;           // an end token came; false: max_new_tokens or positions ran out
  double first_token_s = 0;     // prefill, until the first token is chosen
  double decode_s = 0;          // all further tokens, those of other texts in between
  int64_t shared_tokens = 0;    // of the prompt, computed for an earlier one already
  int64_t steps = 0;            // passes of the decoder; fewer than tokens where drafts were right
};

// What the text must and must not hold, however likely the decoder finds it.
struct TextConstraints {
  std::vector<int64_t> owed;       // each is written before an end token or one of held_back is
  std::vector<int64_t> held_back;  // for example what begins the next section
  std::vector<int64_t> forbidden;  // never written
};

// What is continued.
struct Prompt {
  Tensor embeddings;  // [1, T, D], the image tokens in place
  // Ids of the text around the films, in order, with any id that no text has for a film. The
  // n-grams that no_repeat_ngram forbids are theirs too, as in transformers.
  std::vector<int64_t> ids;
  TextConstraints constraints{};
  // Of each of the T positions what it holds: equal numbers, equal embeddings. Needed where a job
  // has several prompts: what they begin with in common is computed once.
  std::vector<int64_t> positions{};
  GenerationOptions options{};
};

// A study's questions, one after the other.
class GenerationJob {
 public:
  virtual ~GenerationJob() = default;
  // What to continue next; none when the job is done. Called first without an answer, then with the
  // one to the prompt before.
  virtual std::optional<Prompt> next(const Generation* answer) = 0;
};

// The next job, or null when there are no more.
using NextJob = std::function<std::unique_ptr<GenerationJob>()>;

struct GenerationSetup {
  int64_t sequences = 1;                // texts that are written at a time, at most
  std::vector<int64_t> end_tokens{};    // stop a text
  const DraftSource* drafts = nullptr;  // guesses that are checked several a step; null: none
  std::function<bool()> stop{};  // asked between steps and prompts; true: texts in hand are dropped
  // A longer prompt goes through the decoder in pieces of even lengths, so that what is computed of
  // it at a time stays small.
  int64_t longest_piece = 1024;
  // Whether steps are taken at fixed places (fixed_step.h); kAuto: where they can be recorded.
  enum class FixedPlaces { kAuto, kNever, kAlways } fixed_places = FixedPlaces::kAuto;
};

// Does all jobs, `sequences` at a time; where one is done the next begins at once. Of each text at
// most as many tokens are written as the model has positions left. A text does not depend on its
// neighbours but for how the number type rounds sums of several rows; and drafts change no token
// either.
void generate_all(const Decoder& decoder, const NextJob& next_job, const GenerationSetup& options);

// One text by itself.
Generation generate(const Decoder& decoder, Prompt prompt, const std::vector<int64_t>& end_tokens,
                    const DraftSource* drafts = nullptr);

// The token to write in place of `token`: the first that is owed and not among `text`, where
// `token` may not come before it; else `token` itself.
int64_t owed_before(int64_t token, const TextConstraints& constraints,
                    const std::vector<int64_t>& end_tokens, const std::vector<int64_t>& text);

// The next token after `logits` [vocabulary], given prompt and text so far. Greedy when the
// temperature is 0, else drawn from the nucleus with `uniform` in [0, 1).
int64_t choose_token(Tensor logits, const std::vector<int64_t>& written,
                     const GenerationOptions& options, double uniform);

// Tokens that would complete an n-gram which `written` already holds.
std::vector<int64_t> repeated_ngram_tokens(const std::vector<int64_t>& written, int n);

}  // namespace slava
