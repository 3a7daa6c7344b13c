// Next-token training of the whole assistant: loss on the answer's tokens alone.
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <map>
#include <random>

#include "assistant/loaded_checkpoint.h"
#include "base/check.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "recognition/signed_text.h"
#include "train/feature_cache.h"
#include "train/label_loss.h"
#include "train/objective.h"
#include "train/report_answers.h"
#include "train/report_composer.h"
#include "train/training_tokenizer.h"
#include "train/validation_drafts.h"

namespace slava {
namespace {

constexpr const char* kLabelProbeScope = "label_head";

// One item on its way through the model.
struct Sample {
  std::vector<size_t> films;      // in the data set, in the prompt's order
  std::vector<PromptPart> parts;  // prompt, then the answer's ids as the last part
  int64_t answer_tokens = 0;      // end token included
};

class ReportObjective : public TrainingObjective {
 public:
  ReportObjective(const TrainOptions& options, const CheckpointConfig& config,
                  ParameterBinder binder, at::Device device, at::ScalarType dtype)
      : options_(options),
        config_(config),
        binder_(std::move(binder)),
        device_(device),
        dtype_(dtype),
        autocast_(dtype == at::kFloat && computes_in_bfloat16(options.dtype, device)) {}

  Status build(const PreprocessConfig& preprocess) {
    SLAVA_TRY(train_, load_training_data(options_));
    SLAVA_TRY(validation_, load_dataset(options_.validation, options_.image_root));
    const bool has_signs = config_.recognition.has_value();
    if (has_signs != config_.prompt.uses_signs()) {
      return fail(
          ErrorKind::kModel,
          cat((options_.config / "config.json").string(),
              ": a place {signs} in the conversation and a `recognition` go together; train "
              "the head first, with --objective recognition"));
    }
    if (options_.composed > 0 && !has_signs) {
      return fail(ErrorKind::kUsage,
                  "--composed needs a checkpoint with a recognition head: its signs are what a "
                  "composed report follows");
    }
    train_answers_ = answers_of(train_, has_signs);
    validation_answers_ = answers_of(validation_, has_signs);
    if (options_.composed > 0) {
      composer_.emplace(sections_of(train_));
      if (!composer_->is_ready()) {
        return fail(ErrorKind::kInput,
                    cat(options_.data.string(), ": no sentences to compose reports of"));
      }
    }
    SLAVA_TRY(auto found, find_or_train_tokenizer(options_, config_, train_));
    tokenizer_folder_ = std::move(found.folder);
    tokenizer_ = std::move(found.tokenizer);
    prompt_tokens_ = prompt_tokens_of(config_, *tokenizer_);
    auto model = build_model(config_, binder_);
    if (!model) return fail(model.error());
    model_ = *std::move(model);
    if (options_.checkpointing) model_.decoder->use_checkpointing();
    if (tokenizer_->vocabulary() > model_.decoder->vocabulary()) {
      return fail(ErrorKind::kModel,
                  cat("the tokenizer has ", tokenizer_->vocabulary(),
                      " entries, text_config.vocab_size is ", model_.decoder->vocabulary()));
    }
    SLAVA_TRY(train_films_, FilmStore::load(train_.films, preprocess));
    SLAVA_TRY(validation_films_, FilmStore::load(validation_.films, preprocess));
    for (size_t i = 0; i < train_.items.size(); ++i) {
      if (!train_.items[i].answer.empty()) items_.push_back(i);
    }
    drafted_items_ = items_to_draft(validation_, options_.validation_drafts);
    if (items_.empty()) {
      return fail(ErrorKind::kInput, cat(options_.data.string(), ": no item has an answer"));
    }
    if (options_.label_weight > 0) {
      label_probe_.emplace(binder_, kLabelProbeScope, model_.decoder->width(), labels_of(train_));
    }
    if (encoder_is_frozen()) {
      log_info("encoding all films once, as the vision encoder is frozen");
      SLAVA_TRY_STATUS(encode_films(preprocess));
    }
    return {};
  }

  const ParameterBinder& binder() const override { return binder_; }
  bool is_kept(const Parameter& parameter) const override {
    return !parameter.name.starts_with(kLabelProbeScope);
  }
  const std::vector<size_t>& items() const override { return items_; }
  std::vector<double> weights() const override {
    std::vector<double> weights;
    for (const size_t item : items_) weights.push_back(train_.items[item].weight);
    return weights;
  }

  Tensor loss(const std::vector<size_t>& items, uint64_t seed) override {
    std::vector<Sample> samples;
    for (size_t i = 0; i < items.size(); ++i) {
      samples.push_back(make_training_sample(items[i], mix_seed(seed, items[i], i)));
    }
    const Autocast autocast(autocast_, device_);
    Tensor features = features_of(samples, seed);  // [films, N, E]
    if (options_.feature_noise > 0) features = at::dropout(features, options_.feature_noise, true);
    const Output output = run(samples, features, Pass::kTraining);
    const Tensor loss = at::cross_entropy_loss(output.logits, output.targets, {},
                                               at::Reduction::Mean, -100, options_.label_smoothing);
    if (!label_probe_) return loss;
    return loss +
           options_.label_weight * label_probe_->loss(output.questions, labels_of(train_, items));
  }

  Validation validate() override {
    const at::NoGradGuard no_grad;
    double loss_sum = 0;
    int64_t tokens = 0;
    std::vector<Sample> batch;
    const auto flush = [&] {
      if (batch.empty()) return;
      const Tensor features = validation_features(films_of(batch));
      const Output output = run(batch, features, Pass::kInference);
      loss_sum += at::cross_entropy_loss(output.logits, output.targets, {}, at::Reduction::Sum)
                      .item<double>();
      tokens += output.targets.size(0);
      batch.clear();
    };
    for (size_t i = 0; i < validation_.items.size(); ++i) {
      if (validation_.items[i].answer.empty()) continue;
      batch.push_back(make_sample(validation_.items[i], validation_answers_[i], std::nullopt));
      if (static_cast<int>(batch.size()) == options_.batch) flush();
    }
    flush();
    Validation result;
    result.loss = tokens == 0 ? 0 : loss_sum / static_cast<double>(tokens);
    result.f1 = drafted_label_f1(
        model_, config_, *tokenizer_, validation_, drafted_items_,
        [&](const std::vector<size_t>& films) { return validation_features(films); });
    return result;
  }

  Status write_companions(const std::filesystem::path& folder) const override {
    return copy_tokenizer(tokenizer_folder_, folder);
  }

 private:
  bool encoder_is_frozen() const {
    return std::ranges::any_of(options_.freeze, [&](const std::string& prefix) {
      return config_.vision_scope.starts_with(prefix);
    });
  }

  Status encode_films(const PreprocessConfig& preprocess) {
    const FilmChanges changes{options_.feature_copies, augmentation(), options_.seed};
    std::optional<FeatureStore> store;
    if (!options_.feature_store.empty()) {
      SLAVA_TRY(store, FeatureStore::open(options_.feature_store,
                                          encoder_sha256(binder_.parameters(), config_.vision_scope,
                                                         preprocess, dtype_)));
    }
    FeatureStore* const kept = store ? &*store : nullptr;
    SLAVA_TRY(train_features_,
              FeatureCache::make(*model_.vision, train_films_, changes, kept, device_, dtype_));
    SLAVA_TRY(validation_features_,
              FeatureCache::make(*model_.vision, validation_films_, {}, kept, device_, dtype_));
    return {};
  }

  AugmentOptions augmentation() const {
    return {options_.rotate_deg, options_.shift, options_.scale, options_.contrast};
  }

  // The item's own report, or one composed for some of its signs and others.
  Sample make_training_sample(size_t item, uint64_t seed) const {
    const DatasetItem& read = train_.items[item];
    if (composer_ && is_report(read.answer)) {
      std::mt19937_64 random(mix_seed(seed, 1));
      if (std::uniform_real_distribution<double>(0, 1)(random) < options_.composed) {
        return make_sample(read, composer_->compose(train_answers_[item].signs, random), seed);
      }
    }
    return make_sample(read, train_answers_[item], seed);
  }

  // With a seed one of two films may be left out, so that either view alone is known too.
  Sample make_sample(const DatasetItem& item, const SignedText& answer_text,
                     std::optional<uint64_t> seed) const {
    Sample sample;
    auto [views, films] = films_in_order(config_, item);
    if (seed && views.size() == 2) {
      std::mt19937_64 random(*seed);
      if (std::uniform_real_distribution<double>(0, 1)(random) < options_.view_dropout) {
        const auto left_out = static_cast<std::ptrdiff_t>(random() % 2);
        views.erase(views.begin() + left_out);
        films.erase(films.begin() + left_out);
      }
    }
    sample.films = std::move(films);
    const std::string& question = item.question.empty() ? config_.prompt.question : item.question;
    const PromptFields fields{.question = question, .signs = sign_tokens(answer_text.signs)};
    sample.parts =
        tokenize_prompt(prompt_text(config_.prompt, views, fields), *tokenizer_, prompt_tokens_);
    std::vector<int64_t> answer = tokenizer_->encode(cat(" ", answer_text.text));
    answer.push_back(tokenizer_->end_token());
    sample.answer_tokens = static_cast<int64_t>(answer.size());
    sample.parts.push_back({std::move(answer), -1});
    return sample;
  }

  static std::vector<size_t> films_of(const std::vector<Sample>& samples) {
    std::vector<size_t> films;
    for (const Sample& sample : samples) {
      films.insert(films.end(), sample.films.begin(), sample.films.end());
    }
    return films;
  }

  Tensor features_of(const std::vector<Sample>& samples, uint64_t seed) const {
    const auto films = films_of(samples);
    if (train_features_) return train_features_->drawn(films, seed).to(device_, dtype_);
    const Tensor pixels = train_films_.augmented(films, augmentation(), seed);
    return model_.vision->encode(pixels.to(device_, dtype_), Pass::kTraining);
  }

  Tensor validation_features(const std::vector<size_t>& films) const {
    if (validation_features_) return validation_features_->plain(films).to(device_, dtype_);
    return model_.vision->encode(validation_films_.pixels(films).to(device_, dtype_),
                                 Pass::kInference);
  }

  struct Output {
    Tensor logits;     // [answer tokens of all samples, vocabulary]
    Tensor targets;    // [answer tokens of all samples]
    Tensor questions;  // [samples, D]: state of the prompt's last token, before the first word
  };

  Output run(const std::vector<Sample>& samples, const Tensor& features, Pass pass) const {
    const Tensor image_tokens = model_.projector->project(features);  // [films, M, D]
    std::vector<Tensor> rows;
    int64_t longest = 0;
    int64_t film = 0;
    for (const Sample& sample : samples) {
      const auto films = static_cast<int64_t>(sample.films.size());
      rows.push_back(embed_prompt(*model_.decoder, sample.parts,
                                  image_tokens.narrow(0, film, films)));  // [T, D]
      film += films;
      longest = std::max(longest, rows.back().size(0));
    }
    SLAVA_CHECK(longest <= model_.decoder->max_tokens());
    // Padding stands behind the text, where a causal decoder never looks.
    std::vector<int64_t> positions, targets, starts;
    for (size_t i = 0; i < rows.size(); ++i) {
      const int64_t length = rows[i].size(0);
      const auto& answer = samples[i].parts.back().ids;
      starts.push_back(static_cast<int64_t>(i) * longest + length - samples[i].answer_tokens - 1);
      for (int64_t t = 0; t < samples[i].answer_tokens; ++t) {
        // The state before a token foretells it.
        positions.push_back(starts.back() + t);
        targets.push_back(answer[static_cast<size_t>(t)]);
      }
      rows[i] = at::constant_pad_nd(rows[i], {0, 0, 0, longest - length}, 0);
    }
    const Tensor hidden = model_.decoder->forward(at::stack(rows), {}, pass);  // [B, T, D]
    const Tensor flat = hidden.flatten(0, 1);
    const auto rows_at = [&](const std::vector<int64_t>& where) {
      return flat.index_select(0, at::tensor(where, at::kLong).to(device_));
    };
    return {model_.decoder->logits(rows_at(positions)), at::tensor(targets, at::kLong).to(device_),
            rows_at(starts)};
  }

  TrainOptions options_;
  CheckpointConfig config_;
  ParameterBinder binder_;
  at::Device device_;
  at::ScalarType dtype_;  // of all weights but adapters'
  bool autocast_;
  Dataset train_, validation_;
  std::vector<SignedText> train_answers_, validation_answers_;  // of each item
  std::optional<ReportComposer> composer_;
  std::filesystem::path tokenizer_folder_;
  std::unique_ptr<Tokenizer> tokenizer_;
  PromptTokens prompt_tokens_;
  Model model_;
  std::optional<LabelProbe> label_probe_;  // helps training, is no part of the checkpoint
  FilmStore train_films_, validation_films_;
  std::optional<FeatureCache> train_features_, validation_features_;
  std::vector<size_t> items_, drafted_items_;
};

// Weights that are trained are float32; beside adapters they stay as they are stored.
at::ScalarType weights_dtype(const TrainOptions& options, const CheckpointConfig& config,
                             const TensorMap& tensors) {
  if (options.lora_rank == 0 || options.dtype == NumberType::kFloat32) return at::kFloat;
  const auto table = tensors.find(config.decoder_scopes.model + ".embed_tokens.weight");
  const bool halved = table != tensors.end() && table->second.scalar_type() == at::kBFloat16;
  return halved ? at::kBFloat16 : at::kFloat;
}

}  // namespace

Result<std::unique_ptr<TrainingObjective>> make_report_objective(const TrainOptions& options,
                                                                 const CheckpointConfig& config,
                                                                 const PreprocessConfig& preprocess,
                                                                 TensorMap tensors,
                                                                 at::Device device) {
  // The head of an earlier label stage has no place in a report.
  std::erase_if(tensors,
                [](const auto& entry) { return entry.first.starts_with(kLabelProbeScope); });
  const at::ScalarType dtype = weights_dtype(options, config, tensors);
  ParameterBinder binder(std::move(tensors), Missing::kIsInitialised, options.seed, device, dtype);
  if (options.lora_rank > 0) {
    binder.adapt({options.lora_rank, options.lora_alpha, options.lora_dropout,
                  config.decoder_scopes.model + ".layers.", options.lora_targets});
  }
  auto objective =
      std::make_unique<ReportObjective>(options, config, std::move(binder), device, dtype);
  SLAVA_TRY_STATUS(objective->build(preprocess));
  return objective;
}

}  // namespace slava
