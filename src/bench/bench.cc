#include "bench/bench.h"

#include <ATen/Parallel.h>

#include <algorithm>
#include <cmath>
#include <fstream>

#include "assistant/batch_size.h"
#include "base/memory_watch.h"
#include "base/strings.h"
#include "bench/stages.h"
#include "nn/onednn_product.h"

namespace slava {
namespace {

std::string processor_name() {
  std::ifstream file("/proc/cpuinfo");
  std::string line;
  while (std::getline(file, line)) {
    if (line.starts_with("model name")) return std::string(trim(line.substr(line.find(':') + 1)));
  }
  return "unknown";
}

// Studies that are drafted alone too, to compare their tokens: all of them where one takes no
// longer than this, else a few.
constexpr double kQuickStudySeconds = 2;
constexpr int kStudiesCompared = 4;

const char* name_of(Numbers numbers) {
  if (numbers == Numbers::kInt8) return "int8";
  return numbers == Numbers::kBfloat16 ? "bfloat16" : "float32";
}

class Bench {
 public:
  Bench(const BenchModel& model, const BenchOptions& options,
        const std::function<void(const std::string&)>& progress)
      : model_(model), options_(options), progress_(progress), stages_(model, options) {}

  void run(BenchResult& result) {
    rows_ = &result.rows;
    result.prompt_tokens = stages_.prompt_tokens();
    time("load", model_.load_s, std::nullopt, "");
    ceilings();
    single_study();
    steps();
    studies();
  }

 private:
  Numbers numbers() const {
    // Weights in 4 bit go through the products of 8 bit.
    if (model_.checkpoint.linears != LinearNumbers::kAsAll) return Numbers::kInt8;
    return model_.checkpoint.dtype == at::kBFloat16 ? Numbers::kBfloat16 : Numbers::kFloat32;
  }

  void time(const std::string& what, double seconds, std::optional<double> floor,
            const std::string& floor_is) {
    rows_->push_back({what, seconds, "s", floor, floor_is, false});
  }
  void rate(const std::string& what, double value, const std::string& unit,
            std::optional<double> ceiling, const std::string& ceiling_is) {
    rows_->push_back({what, value, unit, ceiling, ceiling_is, true});
  }

  int64_t largest_batch() const {
    return options_.assistant.batch > 0 ? options_.assistant.batch : kLargestBatch;
  }

  void ceilings() {
    progress_("the machine's ceilings");
    const ModelShapes& shapes = model_.shapes;
    const int64_t tokens = stages_.prompt_tokens();
    const double work = operations(shapes.decoder, tokens);
    bytes_per_s_ = memory_read_rate();
    decoder_s_ = linear_seconds(shapes.decoder, tokens, numbers());
    rate(cat("products, ", name_of(numbers()), ", ", tokens, " rows"), work / decoder_s_ * 1e-9,
         "GOP/s", std::nullopt, "");
    if (numbers() != Numbers::kBfloat16) {
      rate(cat("products, bfloat16, ", tokens, " rows"),
           work / linear_seconds(shapes.decoder, tokens, Numbers::kBfloat16) * 1e-9, "GOP/s",
           std::nullopt, "");
    }
    rate("memory read", bytes_per_s_ * 1e-9, "GB/s", std::nullopt, "");
  }

  // What vision and prompt take when nothing but their products is done.
  std::optional<double> vision_floor() const {
    if (!model_.shapes.is_transformer) return std::nullopt;
    const int64_t patches = model_.checkpoint.model.vision->patches();
    return linear_seconds(model_.shapes.vision, patches + 1, numbers()) +
           linear_seconds(model_.shapes.projector, patches, numbers());
  }

  void single_study() {
    progress_("one study");
    const auto floor = vision_floor();
    const double vision = stages_.vision_s();
    time("vision, one film", vision, floor, "its products alone");
    const double prefill = stages_.prefill_s();
    const auto tokens = static_cast<double>(stages_.prompt_tokens());
    rate("prompt", tokens / prefill, "tokens/s", tokens / decoder_s_, "its products alone");
    first_token_s_ = vision + prefill;
    std::optional<double> first_floor;
    if (floor) first_floor = *floor + decoder_s_;
    time("first token", first_token_s_, first_floor, "products of vision and prompt alone");
  }

  void steps() {
    for (const int64_t batch : {1, 4, 8, 16}) {
      if (batch > largest_batch()) break;
      progress_(cat("steps of ", batch, " texts"));
      const double step = stages_.step_s(batch);
      const auto texts = static_cast<double>(batch);
      double floor = 0;
      if (batch == 1) {
        lone_step_s_ = step;
        floor = static_cast<double>(model_.shapes.decoder_bytes) / bytes_per_s_;
      } else {
        floor = linear_seconds(model_.shapes.decoder, batch, numbers()) +
                linear_seconds(model_.shapes.head, batch, numbers());
      }
      floor += texts * cache_bytes() / bytes_per_s_;
      rate(cat("decode, batch ", batch), texts / step, "tokens/s", texts / floor,
           batch == 1 ? "reading weights and cache" : "products, and reading the caches");
    }
  }

  // Of one text whose prompt is in.
  double cache_bytes() const {
    const uint64_t of_token = model_.checkpoint.model.decoder->make_cache(1).bytes();
    return static_cast<double>(of_token) * static_cast<double>(stages_.prompt_tokens());
  }

  void studies() {
    if (options_.studies == 0) return;
    const int tokens =
        options_.new_tokens - 1 + (options_.question_pairs ? options_.new_tokens / 2 - 1 : 0);
    const bool quick = first_token_s_ + tokens * lone_step_s_ <= kQuickStudySeconds;
    const int compared = quick ? options_.studies : std::min(options_.studies, kStudiesCompared);
    progress_(cat(compared, " studies, one at a time"));
    const StudyTimes alone = stages_.studies(compared, 1);
    if (options_.question_pairs) {
      rows_->push_back({"first token of the impression", alone.impression_first_s, "s",
                        std::nullopt, "", false});
      rows_->push_back({"... as a share of that of the findings",
                        alone.impression_first_s / alone.findings_first_s, "", std::nullopt, "",
                        false});
    }
    const int64_t batch = std::min<int64_t>(largest_batch(), options_.studies);
    progress_(cat(options_.studies, " studies, ", batch, " at a time"));
    const StudyTimes times = stages_.studies(options_.studies, batch);
    // As the rows above say: every first token, then steps of whole batches.
    const double rounds = std::ceil(options_.studies / static_cast<double>(batch));
    const double implied =
        options_.studies *
            (first_token_s_ + (options_.question_pairs ? alone.impression_first_s : 0)) +
        rounds * tokens * stages_.step_s(batch);
    rate(cat("studies, ", batch, " at a time"), options_.studies * 60 / times.seconds, "a minute",
         options_.studies * 60 / implied, "first tokens and steps as above");
    std::vector<int64_t> answers{options_.new_tokens};
    if (options_.question_pairs) answers.push_back(options_.new_tokens / 2);
    rows_->push_back({"tokens as when one at a time", 100 * token_agreement(alone, times, answers),
                      "%", std::nullopt, "", false});
  }

  const BenchModel& model_;
  const BenchOptions& options_;
  const std::function<void(const std::string&)>& progress_;
  Stages stages_;
  std::vector<BenchRow>* rows_ = nullptr;
  double bytes_per_s_ = 0, decoder_s_ = 0, first_token_s_ = 0, lone_step_s_ = 0;
};

}  // namespace

std::optional<double> BenchRow::share() const {
  if (!limit || value == 0 || *limit == 0) return std::nullopt;
  return more_is_better ? value / *limit : *limit / value;
}

Result<BenchResult> run_bench(const BenchOptions& options,
                              const std::function<void(const std::string&)>& progress) {
  try {
    progress("loading");
    const MemoryWatch memory;
    SLAVA_TRY(const BenchModel model, load_bench_model(options));
    BenchResult result;
    result.model = model.checkpoint.info.name;
    result.processor = processor_name();
    result.kernels = to_string(best_isa());
    if (onednn_product_is_better()) result.kernels += ", 8-bit products by oneDNN";
    result.dtype = model.checkpoint.info.dtype;
    result.threads = at::get_num_threads();
    const uint64_t loaded = resident_anonymous_bytes();
    Bench(model, options, progress).run(result);
    result.rows.push_back(
        {"memory beside files, loaded", loaded * 1e-9, "GB", std::nullopt, "", false});
    result.rows.push_back(
        {"... at most", memory.peak_bytes() * 1e-9, "GB", std::nullopt, "", false});
    return result;
  } catch (const std::exception& error) {
    return fail(ErrorKind::kInternal, cat("the model failed: ", error.what()));
  }
}

}  // namespace slava
