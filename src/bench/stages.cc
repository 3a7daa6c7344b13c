#include "bench/stages.h"

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "base/stopwatch.h"
#include "decoder/generate.h"

namespace slava {
namespace {

constexpr int kRepeats = 3;
constexpr int kSteps = 6;

// The middle of a few times; the first run is not counted.
template <typename Work>
double typical(int repeats, const Work& work) {
  work();
  std::vector<double> times;
  for (int i = 0; i < repeats; ++i) {
    const Stopwatch watch;
    work();
    times.push_back(watch.seconds());
  }
  std::ranges::sort(times);
  return times[times.size() / 2];
}

// Noise, another for each seed.
Tensor see_film(const LoadedCheckpoint& checkpoint, uint64_t seed) {
  const int64_t side = checkpoint.model.vision->image_size();
  auto generator = at::detail::createCPUGenerator(seed);
  const Tensor pixels = at::empty({1, 3, side, side}, at::kFloat).normal_(0, 1, generator);
  const Tensor features = checkpoint.model.vision->encode(
      pixels.to(checkpoint.device, vision_dtype(checkpoint.config, checkpoint.dtype)),
      Pass::kInference);
  return checkpoint.model.projector->project(features);  // [1, M, D]
}

// Findings, then an impression, of a film that is seen when the job begins.
class StudyJob : public GenerationJob {
 public:
  StudyJob(const BenchModel& model, const BenchOptions& options, size_t number, StudyTimes& times)
      : model_(model), options_(options), number_(number), times_(times) {}

  std::optional<Prompt> next(const Generation* answer) override {
    if (answer != nullptr) {
      times_.steps += answer->steps;
      auto& tokens = times_.tokens[number_];
      tokens.insert(tokens.end(), answer->tokens.begin(), answer->tokens.end());
    }
    if (asked_ == 0) {
      watch_ = Stopwatch();
      film_ = see_film(model_.checkpoint, number_);
      vision_s_ = watch_.seconds();
    } else if (asked_ == 1) {
      times_.findings_first_s = vision_s_ + answer->first_token_s;
    } else {
      times_.impression_first_s = answer->first_token_s;
    }
    if (asked_ == (options_.question_pairs ? 2 : 1)) return std::nullopt;
    // The second question has the findings in it.
    return prompt_of(asked_++ == 0 ? options_.prompt_text
                                   : options_.prompt_text + options_.new_tokens);
  }

 private:
  Prompt prompt_of(int64_t text) const {
    const Decoder& decoder = *model_.checkpoint.model.decoder;
    Prompt prompt;
    prompt.options.max_new_tokens = asked_ <= 1 ? options_.new_tokens : options_.new_tokens / 2;
    const Tensor ids = at::ones({1, text}, at::kLong).to(film_.device());
    prompt.embeddings = at::cat({film_, decoder.embed(ids)}, 1);
    prompt.positions.assign(static_cast<size_t>(film_.size(1)), -1);
    // Questions differ from their first word on.
    prompt.positions.insert(prompt.positions.end(), static_cast<size_t>(text), asked_);
    return prompt;
  }

  const BenchModel& model_;
  const BenchOptions& options_;
  size_t number_;  // of the study
  StudyTimes& times_;
  Stopwatch watch_;
  Tensor film_;
  double vision_s_ = 0;
  int asked_ = 0;
};

}  // namespace

double token_agreement(const StudyTimes& a, const StudyTimes& b,
                       const std::vector<int64_t>& answer_lengths) {
  int64_t same = 0, compared = 0;
  for (size_t i = 0; i < std::min(a.tokens.size(), b.tokens.size()); ++i) {
    auto left = a.tokens[i].begin(), right = b.tokens[i].begin();
    for (const int64_t length : answer_lengths) {
      const auto equal = std::mismatch(left, left + length, right).first - left;
      same += equal;
      compared += std::min<int64_t>(equal + 1, length);
      left += length;
      right += length;
    }
  }
  return compared == 0 ? 1 : static_cast<double>(same) / static_cast<double>(compared);
}

Stages::Stages(const BenchModel& model, const BenchOptions& options)
    : model_(model),
      options_(options),
      image_tokens_(
          model.checkpoint.model.projector->tokens(model.checkpoint.model.vision->patches())),
      prompt_tokens_(image_tokens_ + options.prompt_text) {}

double Stages::vision_s() const {
  const at::InferenceMode inference;
  return typical(kRepeats, [&] { see_film(model_.checkpoint, 0); });
}

double Stages::prefill_s() const {
  const at::InferenceMode inference;
  const Decoder& decoder = *model_.checkpoint.model.decoder;
  const Tensor ids = at::ones({1, prompt_tokens_}, at::kLong).to(model_.checkpoint.device);
  const Tensor embeddings = decoder.embed(ids);
  KeyValueCache cache = decoder.make_cache(prompt_tokens_);
  return typical(kRepeats, [&] {
    cache.length = 0;
    const Tensor hidden = decoder.forward(embeddings, {&cache}, Pass::kInference);
    decoder.logits(hidden.select(1, prompt_tokens_ - 1)).argmax().item<int64_t>();
  });
}

double Stages::step_s(int64_t batch) const {
  const at::InferenceMode inference;
  const Decoder& decoder = *model_.checkpoint.model.decoder;
  std::vector<KeyValueCache> caches;
  KeyValueCaches rows;
  for (int64_t b = 0; b < batch; ++b) {
    caches.push_back(decoder.make_cache(prompt_tokens_ + kSteps + 2));
    for (size_t layer = 0; layer < caches.back().keys.size(); ++layer) {
      caches.back().keys[layer].fill_(0.01);
      caches.back().values[layer].fill_(0.01);
    }
  }
  for (KeyValueCache& cache : caches) {
    cache.length = prompt_tokens_;
    rows.push_back(&cache);
  }
  const Tensor ids = at::ones({batch, 1}, at::kLong).to(model_.checkpoint.device);
  return typical(kSteps, [&] {
    const Tensor hidden = decoder.forward(decoder.embed(ids), rows, Pass::kInference);
    decoder.logits(hidden.select(1, 0)).argmax(-1).cpu();
  });
}

StudyTimes Stages::studies(int count, int64_t batch) const {
  const at::InferenceMode inference;
  StudyTimes times;
  times.tokens.resize(static_cast<size_t>(count));
  size_t given = 0;
  const NextJob next_job = [&]() -> std::unique_ptr<GenerationJob> {
    if (given == times.tokens.size()) return nullptr;
    return std::make_unique<StudyJob>(model_, options_, given++, times);
  };
  const Stopwatch watch;
  generate_all(*model_.checkpoint.model.decoder, next_job, {batch, {}});
  times.seconds = watch.seconds();
  return times;
}

}  // namespace slava
