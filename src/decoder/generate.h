// Token by token: prefill of the prompt, then one step a token until an end token comes.
#pragma once

#include <vector>

#include "decoder/decoder.h"
#include "decoder/generation_options.h"

namespace slava {

struct Generation {
  std::vector<int64_t> tokens;  // without the end token
  bool ended = false;           // an end token came; false: max_new_tokens or positions ran out
  double first_token_s = 0;     // prefill, until the first token is chosen
  double decode_s = 0;          // all further tokens
  int64_t shared_tokens = 0;    // of the prompt, taken from a prefix
};

// What the text must and must not hold, however likely the decoder finds it.
struct TextConstraints {
  std::vector<int64_t> owed;       // each is written before an end token or one of held_back is
  std::vector<int64_t> held_back;  // for example what begins the next section
  std::vector<int64_t> forbidden;  // never written
};

// What a decoder has computed of a prompt, for the next one that begins the same: the questions
// about a study share its films.
struct ComputedPrefix {
  std::vector<int64_t> positions;  // Prompt::positions of the prompt
  KeyValueCache cache;             // of these at least
};

// What is continued.
struct Prompt {
  Tensor embeddings;  // [1, T, D], the image tokens in place
  // Ids of the text around the films, in order, with any id that no text has for a film. The
  // n-grams that no_repeat_ngram forbids are theirs too, as in transformers.
  std::vector<int64_t> ids;
  TextConstraints constraints{};
  // Of each of the T positions what it holds: equal numbers, equal embeddings. Needed where a
  // prefix is shared.
  std::vector<int64_t> positions{};
};

// `end_tokens` stop the text. At most as many tokens are written as the model has positions left.
// With `prefix`, what it has in common with the prompt is not computed again; afterwards it is of
// this prompt.
Generation generate(const Decoder& decoder, const Prompt& prompt,
                    const std::vector<int64_t>& end_tokens, const GenerationOptions& options,
                    ComputedPrefix* prefix = nullptr);

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
