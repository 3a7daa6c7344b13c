#include "decoder/generate.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <limits>
#include <random>

#include "base/check.h"
#include "base/stopwatch.h"

namespace slava {
namespace {

// Draws from the smallest set of tokens whose probability reaches top_p.
int64_t draw_from_nucleus(const Tensor& logits, const GenerationOptions& options, double uniform) {
  const Tensor probability = at::softmax(logits / options.temperature, -1, at::kDouble);
  // Stable, so that equal probabilities keep their order on every machine.
  const auto [sorted, order] = at::sort(probability, /*stable=*/true, -1, /*descending=*/true);
  const auto values = sorted.accessor<double, 1>();
  int64_t kept = 0;
  double mass = 0;
  while (kept < values.size(0) && (kept == 0 || mass < options.top_p)) mass += values[kept++];
  double left = uniform * mass;
  for (int64_t i = 0; i < kept; ++i) {
    left -= values[i];
    if (left < 0) return order[i].item<int64_t>();
  }
  return order[kept - 1].item<int64_t>();
}

// How many positions of the prompt are in `prefix`. The last is computed in any case: its state
// foretells the first token.
int64_t common_length(const ComputedPrefix& prefix, const Prompt& prompt) {
  const auto& a = prefix.positions;
  const auto& b = prompt.positions;
  const auto common = std::ranges::mismatch(a, b).in1 - a.begin();
  return std::clamp<int64_t>(common, 0, std::max<int64_t>(prompt.embeddings.size(1) - 1, 0));
}

// The first `length` tokens of `from` into an empty cache.
void copy_tokens(const KeyValueCache& from, int64_t length, KeyValueCache& to) {
  for (size_t layer = 0; layer < to.keys.size(); ++layer) {
    to.keys[layer].narrow(2, 0, length).copy_(from.keys[layer].narrow(2, 0, length));
    to.values[layer].narrow(2, 0, length).copy_(from.values[layer].narrow(2, 0, length));
  }
  to.length = length;
}

}  // namespace

std::vector<int64_t> repeated_ngram_tokens(const std::vector<int64_t>& written, int n) {
  std::vector<int64_t> tokens;
  const auto size = static_cast<std::ptrdiff_t>(written.size());
  if (n <= 0 || size < n) return tokens;
  const auto tail = written.end() - (n - 1);
  for (std::ptrdiff_t i = 0; i + n <= size; ++i) {
    const auto begin = written.begin() + i;
    if (std::equal(tail, written.end(), begin)) tokens.push_back(begin[n - 1]);
  }
  return tokens;
}

int64_t choose_token(Tensor logits, const std::vector<int64_t>& written,
                     const GenerationOptions& options, double uniform) {
  SLAVA_CHECK_EQ(logits.dim(), 1);
  const auto banned = repeated_ngram_tokens(written, options.no_repeat_ngram);
  if (!banned.empty()) {
    logits = logits.clone();
    for (const int64_t token : banned) logits[token] = -std::numeric_limits<float>::infinity();
  }
  if (options.temperature <= 0) return logits.argmax().item<int64_t>();
  return draw_from_nucleus(logits, options, uniform);
}

int64_t owed_before(int64_t token, const TextConstraints& constraints,
                    const std::vector<int64_t>& end_tokens, const std::vector<int64_t>& text) {
  const auto holds = [](const std::vector<int64_t>& list, int64_t value) {
    return std::ranges::find(list, value) != list.end();
  };
  if (!holds(end_tokens, token) && !holds(constraints.held_back, token)) return token;
  for (const int64_t owed : constraints.owed) {
    if (!holds(text, owed)) return owed;
  }
  return token;
}

Generation generate(const Decoder& decoder, const Prompt& prompt,
                    const std::vector<int64_t>& end_tokens, const GenerationOptions& options,
                    ComputedPrefix* prefix) {
  const at::NoGradGuard no_grad;
  SLAVA_CHECK_EQ(prompt.embeddings.dim(), 3);
  SLAVA_CHECK_EQ(prompt.embeddings.size(0), 1);
  const int64_t length = prompt.embeddings.size(1);
  const int64_t room = decoder.max_tokens() - length;
  SLAVA_CHECK(room >= 0);
  const int64_t limit = std::min<int64_t>(options.max_new_tokens, room);

  KeyValueCache cache = decoder.make_cache(1, length + limit);
  std::mt19937_64 random(options.seed);
  std::uniform_real_distribution<double> uniform(0.0, 1.0);
  const Stopwatch watch;

  Generation generation;
  if (prefix != nullptr) {
    SLAVA_CHECK_EQ(static_cast<int64_t>(prompt.positions.size()), length);
    generation.shared_tokens = common_length(*prefix, prompt);
    if (generation.shared_tokens > 0) {
      copy_tokens(prefix->cache, generation.shared_tokens, cache);
    }
  }
  std::vector<int64_t> written = prompt.ids;
  const Tensor rest = prompt.embeddings.slice(1, generation.shared_tokens);  // [1, T - shared, D]
  Tensor hidden = decoder.forward(rest, &cache, Pass::kInference);
  // Further tokens are written behind the prompt's, which stay as they are.
  if (prefix != nullptr) *prefix = {prompt.positions, cache};
  while (static_cast<int64_t>(generation.tokens.size()) < limit) {
    const Tensor logits = decoder.logits(hidden.select(1, hidden.size(1) - 1)).squeeze(0).cpu();
    for (const int64_t token : prompt.constraints.forbidden) {
      logits[token] = -std::numeric_limits<float>::infinity();
    }
    const int64_t token = owed_before(choose_token(logits, written, options, uniform(random)),
                                      prompt.constraints, end_tokens, generation.tokens);
    if (generation.first_token_s == 0) generation.first_token_s = watch.seconds();
    if (std::ranges::find(end_tokens, token) != end_tokens.end()) {
      generation.ended = true;
      break;
    }
    generation.tokens.push_back(token);
    written.push_back(token);
    if (static_cast<int64_t>(generation.tokens.size()) == limit) break;
    const Tensor id = at::full({1, 1}, token, prompt.embeddings.options().dtype(at::kLong));
    hidden = decoder.forward(decoder.embed(id), &cache, Pass::kInference);  // [1, 1, D]
  }
  generation.decode_s = watch.seconds() - generation.first_token_s;
  return generation;
}

}  // namespace slava
