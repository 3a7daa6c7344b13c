#include <algorithm>
#include <limits>

#include "base/check.h"
#include "decoder/generate.h"

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

}  // namespace slava
