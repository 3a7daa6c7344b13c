// Multi-label fine-tuning of the vision encoder: what makes its features worth describing.
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/strings.h"
#include "nn/safetensors.h"
#include "train/auc.h"
#include "train/label_f1.h"
#include "train/label_loss.h"
#include "train/objective.h"
#include "train/recognition_targets.h"
#include "vision/recognition_head.h"

namespace slava {
namespace {

constexpr double kHeadDropout = 0.3;

class LabelObjective : public TrainingObjective {
 public:
  LabelObjective(const TrainOptions& options, ParameterBinder binder, at::Device device)
      : options_(options), binder_(std::move(binder)), device_(device) {}

  Status build(const CheckpointConfig& config, const PreprocessConfig& preprocess) {
    SLAVA_TRY(train_, load_training_data(options_));
    if (train_.label_names.empty()) {
      return fail(ErrorKind::kInput, cat(options_.data.string(), ": no item has labels"));
    }
    SLAVA_TRY(validation_,
              load_dataset(options_.validation, options_.image_root, &train_.label_names));
    SLAVA_TRY(vision_, make_vision_encoder(config.vision, binder_, config.vision_scope));
    // A sign looks different from the side, so each view has a head of its own.
    for (const View view : {View::kFrontal, View::kLateral}) {
      heads_.emplace_back(binder_, cat("label_head.", to_string(view)), 2 * vision_->width(),
                          labels_of(train_));
    }
    if (options_.side_weight > 0) add_side_head();
    SLAVA_TRY(train_films_, FilmStore::load(train_.films, preprocess));
    SLAVA_TRY(validation_films_, FilmStore::load(validation_.films, preprocess));
    collect_samples();
    log_info(
        cat("training on ", samples_.size(), " films with ", train_.label_names.size(), " labels"));
    return {};
  }

  const ParameterBinder& binder() const override { return binder_; }
  // The heads tell afterwards what the encoder sees.
  bool is_kept(const Parameter&) const override { return true; }
  const std::vector<size_t>& items() const override { return items_; }
  std::vector<double> weights() const override {
    std::vector<double> weights;
    for (const Sample& sample : samples_) weights.push_back(train_.items[sample.item].weight);
    return weights;
  }

  Tensor loss(const std::vector<size_t>& items, uint64_t seed) override {
    std::vector<size_t> films, studies;
    std::vector<View> views;
    for (const size_t item : items) {
      studies.push_back(samples_[item].item);
      films.push_back(samples_[item].film);
      views.push_back(samples_[item].view);
    }
    const AugmentOptions changes{options_.rotate_deg, options_.shift, options_.scale,
                                 options_.contrast};
    const Tensor pixels = train_films_.augmented(films, changes, seed).to(device_);
    const Tensor labels = labels_of(train_, studies).to(device_);
    const Autocast autocast(computes_in_bfloat16(options_.dtype, device_), device_);
    const Tensor features = vision_->encode(pixels, Pass::kTraining);  // [V, N, E]
    const Tensor logits = classify(features, views, Pass::kTraining);
    Tensor loss = masked_label_loss(logits, labels, heads_.front().positive_weight());
    if (side_head_) loss = loss + options_.side_weight * side_loss(features, views, studies);
    return loss;
  }

  Validation validate() override {
    const at::NoGradGuard no_grad;
    std::vector<Tensor> means;
    std::vector<size_t> all;
    for (size_t i = 0; i < validation_.items.size(); ++i) {
      const DatasetItem& item = validation_.items[i];
      const Tensor pixels = validation_films_.pixels(item.films).to(device_);
      const Tensor features = vision_->encode(pixels, Pass::kInference);
      means.push_back(classify(features, item.views, Pass::kInference).mean(0));  // over the films
      all.push_back(i);
    }
    const Tensor logits = at::stack(means).cpu();  // [studies, labels]
    const Tensor labels = labels_of(validation_, all);
    Validation result;
    result.loss =
        masked_label_loss(logits, labels, heads_.front().positive_weight().cpu()).item<double>();
    result.auc = mean_auc(logits, labels, kFewestPositives);
    return result;
  }

  Status write_companions(const std::filesystem::path& folder) const override {
    const nlohmann::json names = train_.label_names;
    return write_file_atomically(folder / "labels.json", names.dump(1) + "\n", 0644);
  }

 private:
  // One film; the study's labels hold for each of its films.
  struct Sample {
    size_t item;  // in train_.items
    size_t film;  // in train_.films
    View view;
  };

  // Every film once, with the labels of the first item that has any.
  void collect_samples() {
    std::set<size_t> seen;
    for (size_t i = 0; i < train_.items.size(); ++i) {
      const DatasetItem& item = train_.items[i];
      const auto is_unknown = [](float label) { return std::isnan(label); };
      if (std::ranges::all_of(item.labels, is_unknown)) continue;
      for (size_t f = 0; f < item.films.size(); ++f) {
        if (!seen.insert(item.films[f]).second) continue;
        items_.push_back(samples_.size());
        samples_.push_back({i, item.films[f], item.views[f]});
      }
    }
  }

  // A head on either half of the frontal film for the sides that the reports tell: features of a
  // whole film that know what is there need not know where.
  void add_side_head() {
    std::vector<ReportSigns> reports;
    for (const DatasetItem& item : train_.items) reports.push_back(read_report(item));
    const RecognitionConfig config = choose_targets(reports);
    if (config.sides.empty()) return;
    side_labels_ = half_targets_of(config, reports);
    for (size_t i = 0; i < train_.items.size(); ++i) {
      const DatasetItem& item = train_.items[i];
      const bool is_told = !item.answer.empty() || !item.reference.empty();
      if (!is_told) side_labels_[static_cast<int64_t>(i)].fill_(std::nan(""));
    }
    side_head_.emplace(binder_, "label_head.half", 2 * vision_->width(),
                       side_labels_.flatten(0, 1));
  }

  Tensor side_loss(const Tensor& features, const std::vector<View>& views,
                   const std::vector<size_t>& studies) const {
    std::vector<int64_t> rows, items;
    for (size_t i = 0; i < views.size(); ++i) {
      if (views[i] == View::kLateral) continue;
      rows.push_back(static_cast<int64_t>(i));
      items.push_back(static_cast<int64_t>(studies[i]));
    }
    if (rows.empty()) return at::zeros({}, features.options().dtype(at::kFloat));
    const Tensor frontal = features.index_select(0, at::tensor(rows).to(device_));
    const Tensor halves = RecognitionHead::pooled_halves(frontal).flatten(0, 1);  // [2V, 2E]
    const Tensor labels = side_labels_.index_select(0, at::tensor(items)).flatten(0, 1);
    return side_head_->loss(dropout(halves, kHeadDropout, Pass::kTraining), labels);
  }

  // Features [V, N, E] to logits [V, labels].
  Tensor classify(const Tensor& features, const std::vector<View>& views, Pass pass) const {
    const Tensor pooled = dropout(RecognitionHead::pooled(features), kHeadDropout, pass);
    std::vector<Tensor> rows;
    for (size_t i = 0; i < views.size(); ++i) {
      const LabelProbe& head = heads_[views[i] == View::kLateral ? 1 : 0];
      rows.push_back(head.logits(pooled[static_cast<int64_t>(i)]));
    }
    return at::stack(rows);
  }

  TrainOptions options_;
  ParameterBinder binder_;
  at::Device device_;
  Dataset train_, validation_;
  std::unique_ptr<VisionEncoder> vision_;
  std::vector<LabelProbe> heads_;  // frontal, lateral
  std::optional<LabelProbe> side_head_;
  Tensor side_labels_;  // of the training items, [items, 2, S]
  FilmStore train_films_, validation_films_;
  std::vector<Sample> samples_;
  std::vector<size_t> items_;
};

}  // namespace

Result<std::unique_ptr<TrainingObjective>> make_label_objective(const TrainOptions& options,
                                                                const CheckpointConfig& config,
                                                                const PreprocessConfig& preprocess,
                                                                TensorMap tensors,
                                                                at::Device device) {
  // Of an earlier checkpoint only the encoder is wanted; another data set has another head.
  std::erase_if(tensors,
                [&](const auto& entry) { return !entry.first.starts_with(config.vision_scope); });
  ParameterBinder binder(std::move(tensors), Missing::kIsInitialised, options.seed, device,
                         at::kFloat);
  auto objective = std::make_unique<LabelObjective>(options, std::move(binder), device);
  SLAVA_TRY_STATUS(objective->build(config, preprocess));
  return objective;
}

}  // namespace slava
