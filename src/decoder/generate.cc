#include "decoder/generate.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <limits>
#include <random>

#include "base/check.h"
#include "base/stopwatch.h"
#include "decoder/fixed_step.h"

namespace slava {
namespace {

// A step may have so many rows of guesses: reading the weights takes as long for them as for one.
constexpr int64_t kRowsOfStep = 8;

// A text that is being written.
struct Sequence {
  std::unique_ptr<GenerationJob> job;
  Prompt prompt;
  KeyValueCache cache;
  std::vector<int64_t> cached;   // Prompt::positions of what is in the cache; empty: unknown
  std::vector<int64_t> written;  // the prompt's ids and the text
  Generation generation;
  int64_t limit = 0;  // of new tokens
  std::mt19937_64 random;
  Stopwatch watch;
  bool open = false;   // more tokens are to come
  int64_t place = -1;  // whose cache it has, of the fixed ones; -1: one of its own
};

// How many positions of the prompt are in the cache. The last is computed in any case: its state
// foretells the first token.
int64_t shared_length(const Sequence& sequence) {
  const auto& a = sequence.cached;
  const auto& b = sequence.prompt.positions;
  const auto common = std::ranges::mismatch(a, b).in1 - a.begin();
  return std::clamp<int64_t>(common, 0,
                             std::max<int64_t>(sequence.prompt.embeddings.size(1) - 1, 0));
}

// The first `length` tokens of `from` into an empty cache.
void copy_tokens(const KeyValueCache& from, int64_t length, KeyValueCache& to) {
  for (size_t layer = 0; layer < to.keys.size(); ++layer) {
    to.keys[layer].narrow(1, 0, length).copy_(from.keys[layer].narrow(1, 0, length));
    to.values[layer].narrow(1, 0, length).copy_(from.values[layer].narrow(1, 0, length));
  }
  to.length = length;
}

// The fixed places of a batch, where it has any.
class Places {
 public:
  Places(const Decoder& decoder, const GenerationSetup& setup)
      : decoder_(decoder), sequences_(setup.sequences) {
    using Choice = GenerationSetup::FixedPlaces;
    const bool recordable =
        decoder.cache_shape().numbers.device().is_cuda() && cuda_part().make_step_graph != nullptr;
    wanted_ = setup.fixed_places == Choice::kAlways ||
              (setup.fixed_places == Choice::kAuto && recordable);
  }

  // A free one with room for `capacity` tokens; -1: there is none. The first prompt decides how
  // much room there is.
  int64_t take(int64_t capacity) {
    if (!wanted_) return -1;
    if (!step_) {
      const int64_t room = (capacity + kSpare + kPiece - 1) / kPiece * kPiece;
      step_.emplace(decoder_, sequences_, std::min(room, decoder_.max_tokens()));
      for (int64_t b = sequences_; b-- > 0;) free_.push_back(b);
    }
    if (free_.empty() || capacity > step_->capacity()) return -1;
    const int64_t place = free_.back();
    free_.pop_back();
    return place;
  }
  // Of no effect for -1.
  void give_back(int64_t place) {
    if (place >= 0) free_.push_back(place);
  }
  FixedStep& step() { return *step_; }

 private:
  // Tokens that later prompts may be longer by, and what sizes are rounded up to.
  static constexpr int64_t kSpare = 256, kPiece = 64;

  const Decoder& decoder_;
  int64_t sequences_;
  bool wanted_;
  std::optional<FixedStep> step_;
  std::vector<int64_t> free_;
};

class Batch {
 public:
  Batch(const Decoder& decoder, const NextJob& next_job, const GenerationSetup& options)
      : decoder_(decoder), next_job_(next_job), options_(options), places_(decoder, options) {
    SLAVA_CHECK(options.sequences >= 1);
  }

  void run() {
    const at::NoGradGuard no_grad;
    while (admit() && !stopped()) {
      step();
      for (auto& sequence : active_) {
        if (!sequence->open) go_on(*sequence);
      }
      std::erase_if(active_, [&](const auto& sequence) {
        if (!sequence->open) places_.give_back(sequence->place);
        return !sequence->open;
      });
    }
  }

 private:
  bool stopped() const { return options_.stop && options_.stop(); }

  // Fills the free places; false when nothing is left to do.
  bool admit() {
    while (static_cast<int64_t>(active_.size()) < options_.sequences && !exhausted_ && !stopped()) {
      auto sequence = std::make_unique<Sequence>();
      sequence->job = next_job_();
      exhausted_ = sequence->job == nullptr;
      if (exhausted_) break;
      if (start_next(*sequence, nullptr)) {
        active_.push_back(std::move(sequence));
      } else {
        places_.give_back(sequence->place);
      }
    }
    return !active_.empty();
  }

  // A text has ended: on to the job's next prompt.
  void go_on(Sequence& sequence) {
    const Generation answer = std::move(sequence.generation);
    start_next(sequence, &answer);
  }

  // Prefills the job's next prompts until one goes beyond its first token; false when the job is
  // done.
  bool start_next(Sequence& sequence, const Generation* answer) {
    std::optional<Prompt> prompt = sequence.job->next(answer);
    while (prompt) {
      start(sequence, *std::move(prompt));
      if (sequence.open) return true;
      const Generation short_answer = std::move(sequence.generation);
      prompt = sequence.job->next(&short_answer);
    }
    return false;
  }

  void start(Sequence& sequence, Prompt prompt) {
    SLAVA_CHECK_EQ(prompt.embeddings.dim(), 3);
    SLAVA_CHECK_EQ(prompt.embeddings.size(0), 1);
    sequence.watch = Stopwatch();
    sequence.prompt = std::move(prompt);
    sequence.generation = {};
    sequence.random.seed(sequence.prompt.options.seed);
    const int64_t length = sequence.prompt.embeddings.size(1);
    const int64_t room = decoder_.max_tokens() - length;
    SLAVA_CHECK(room >= 0);
    sequence.limit = std::min<int64_t>(sequence.prompt.options.max_new_tokens, room);
    sequence.open = sequence.limit > 0;
    sequence.written = sequence.prompt.ids;

    const int64_t shared = shared_length(sequence);
    sequence.generation.shared_tokens = shared;
    make_room(sequence, length + sequence.limit, shared);
    const Tensor rest = sequence.prompt.embeddings.slice(1, shared);  // [1, T - shared, D]
    sequence.prompt.embeddings.reset();
    const Tensor hidden = through_decoder(rest, sequence.cache);
    sequence.cached = sequence.prompt.positions;
    if (!sequence.open) return;
    const Tensor last = hidden.select(1, hidden.size(1) - 1);  // [1, D]
    take(sequence, decoder_.logits(last).cpu()[0]);
    sequence.generation.first_token_s = sequence.watch.seconds();
  }

  // `embeddings` [1, T, D] behind what is in the cache; the states [1, ., D] of the last of them.
  Tensor through_decoder(const Tensor& embeddings, KeyValueCache& cache) const {
    const int64_t tokens = embeddings.size(1), longest = options_.longest_piece;
    const int64_t pieces = std::max<int64_t>(1, (tokens + longest - 1) / longest);
    Tensor hidden;
    for (int64_t piece = 0; piece < pieces; ++piece) {
      const int64_t begin = tokens * piece / pieces, end = tokens * (piece + 1) / pieces;
      hidden = decoder_.forward(embeddings.slice(1, begin, end), {&cache}, Pass::kInference);
    }
    return hidden;
  }

  // A cache of `capacity` tokens at least, the first `shared` of the present one in it.
  void make_room(Sequence& sequence, int64_t capacity, int64_t shared) {
    if (sequence.cache.capacity() < capacity || sequence.cache.keys.empty()) {
      // The place of an earlier, shorter prompt is given back last: its tokens are still to be
      // copied.
      const int64_t before = sequence.place;
      sequence.place = places_.take(capacity);
      KeyValueCache larger = sequence.place >= 0 ? places_.step().place(sequence.place)
                                                 : decoder_.make_cache(capacity);
      if (shared > 0) copy_tokens(sequence.cache, shared, larger);
      sequence.cache = std::move(larger);
      places_.give_back(before);
    }
    sequence.cache.length = shared;
  }

  // One token more for each text, and the guesses that turn out right.
  void step() {
    const auto batch = static_cast<int64_t>(active_.size());
    std::vector<std::vector<int64_t>> rows;  // of each text its last token, then guesses
    KeyValueCaches caches;
    size_t longest = 0;
    for (const auto& sequence : active_) {
      rows.push_back({sequence->written.back()});
      const auto guesses = guesses_for(*sequence, kRowsOfStep / batch - 1);
      rows.back().insert(rows.back().end(), guesses.begin(), guesses.end());
      longest = std::max(longest, rows.back().size());
      caches.push_back(&sequence->cache);
    }
    for (const auto& sequence : active_) {
      const int64_t room = sequence->cache.capacity() - sequence->cache.length;
      if (!sequence->cache.keys.empty()) longest = std::min(longest, static_cast<size_t>(room));
    }
    if (longest == 1 && all_at_places()) return step_at_places();
    std::vector<int64_t> ids;
    for (auto& row : rows) {
      // What fills a shorter row up is overwritten by the next step.
      row.resize(longest, row.front());
      ids.insert(ids.end(), row.begin(), row.end());
    }
    const Tensor tokens = at::tensor(ids, at::kLong).view({batch, -1});
    const Tensor hidden =
        decoder_.forward(decoder_.embed(tokens.to(device())), caches, Pass::kInference);
    const Tensor logits = decoder_.logits(hidden.flatten(0, 1)).cpu();  // [B * T, vocabulary]
    for (size_t b = 0; b < rows.size(); ++b) {
      const auto first = static_cast<int64_t>(b * longest);
      check(*active_[b], rows[b], logits.narrow(0, first, static_cast<int64_t>(longest)));
    }
  }

  bool all_at_places() const {
    return std::ranges::all_of(active_, [](const auto& sequence) { return sequence->place >= 0; });
  }

  // The same, without guesses, for texts at fixed places.
  void step_at_places() {
    const auto count = static_cast<size_t>(options_.sequences);
    std::vector<int64_t> tokens(count, 0), lengths(count, 0);
    for (const auto& sequence : active_) {
      const auto place = static_cast<size_t>(sequence->place);
      tokens[place] = sequence->written.back();
      lengths[place] = sequence->cache.length++;
    }
    const Tensor logits = places_.step().run(tokens, lengths);
    for (const auto& sequence : active_) {
      check(*sequence, {tokens[static_cast<size_t>(sequence->place)]},
            logits.narrow(0, sequence->place, 1));
    }
  }

  // Takes the decoder's own tokens as long as they are the guesses of `row`; `logits` [T,
  // vocabulary].
  void check(Sequence& sequence, const std::vector<int64_t>& row, const Tensor& logits) {
    const int64_t before = sequence.cache.length - static_cast<int64_t>(row.size());
    ++sequence.generation.steps;
    size_t used = 0;
    do {
      take(sequence, logits[static_cast<int64_t>(used)]);
      ++used;
    } while (sequence.open && used < row.size() && sequence.written.back() == row[used]);
    // What follows a wrong guess is as if it had never been computed.
    sequence.cache.length = before + static_cast<int64_t>(used);
    sequence.generation.decode_s = sequence.watch.seconds() - sequence.generation.first_token_s;
  }

  std::vector<int64_t> guesses_for(const Sequence& sequence, int64_t count) const {
    // A drawn token cannot be foretold.
    if (options_.drafts == nullptr || count <= 0 || sequence.prompt.options.temperature > 0) {
      return {};
    }
    const auto left = sequence.limit - static_cast<int64_t>(sequence.generation.tokens.size()) - 1;
    if (left <= 0) return {};
    return options_.drafts->propose(sequence.written, std::min(count, left));
  }

  // The next token of the text after `logits` [vocabulary].
  void take(Sequence& sequence, const Tensor& logits) const {
    const TextConstraints& constraints = sequence.prompt.constraints;
    for (const int64_t token : constraints.forbidden) {
      logits[token] = -std::numeric_limits<float>::infinity();
    }
    std::uniform_real_distribution<double> uniform(0.0, 1.0);
    Generation& generation = sequence.generation;
    const int64_t token = owed_before(
        choose_token(logits, sequence.written, sequence.prompt.options, uniform(sequence.random)),
        constraints, options_.end_tokens, generation.tokens);
    if (std::ranges::find(options_.end_tokens, token) != options_.end_tokens.end()) {
      generation.ended = true;
      sequence.open = false;
      return;
    }
    generation.tokens.push_back(token);
    sequence.written.push_back(token);
    sequence.open = static_cast<int64_t>(generation.tokens.size()) < sequence.limit;
  }

  at::Device device() const {
    const KeyValueCache& cache = active_.front()->cache;
    return cache.keys.empty() ? at::Device(at::kCPU) : cache.keys.front().device();
  }

  const Decoder& decoder_;
  const NextJob& next_job_;
  const GenerationSetup& options_;
  Places places_;
  std::vector<std::unique_ptr<Sequence>> active_;
  bool exhausted_ = false;  // no more jobs
};

// A single prompt, whose answer is kept.
class OnePrompt : public GenerationJob {
 public:
  OnePrompt(Prompt prompt, Generation& answer) : prompt_(std::move(prompt)), answer_(answer) {}

  std::optional<Prompt> next(const Generation* answer) override {
    if (answer != nullptr) answer_ = *answer;
    return std::exchange(prompt_, std::nullopt);
  }

 private:
  std::optional<Prompt> prompt_;
  Generation& answer_;
};

}  // namespace

void generate_all(const Decoder& decoder, const NextJob& next_job, const GenerationSetup& options) {
  Batch(decoder, next_job, options).run();
}

Generation generate(const Decoder& decoder, Prompt prompt, const std::vector<int64_t>& end_tokens,
                    const DraftSource* drafts) {
  Generation answer;
  std::unique_ptr<GenerationJob> job = std::make_unique<OnePrompt>(std::move(prompt), answer);
  const NextJob next_job = [&] { return std::exchange(job, nullptr); };
  generate_all(decoder, next_job, {1, end_tokens, drafts});
  return answer;
}

}  // namespace slava
