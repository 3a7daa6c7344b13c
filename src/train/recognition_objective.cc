// The recognition head: logistic regressions, strongly shrunk, on the frozen encoder's features.
#include <ATen/core/grad_mode.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "base/file.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/strings.h"
#include "train/auc.h"
#include "train/label_f1.h"
#include "train/label_loss.h"
#include "train/objective.h"
#include "train/recognition_targets.h"
#include "train/recognition_thresholds.h"
#include "train/training_tokenizer.h"

namespace slava {
namespace {

// Halves are shrunk more: they have a tenth of the positives. What compares them sees only films
// with a finding on one side, a tenth of all, each of which counts.
constexpr double kHalfShrinkage = 10.0 / 3;
constexpr double kSideShrinkage = 0.3;

// Pooled features of the films of a data set, and what their reports say.
struct PooledFilms {
  Dataset data;
  std::vector<ReportSigns> reports;  // of each item
  Tensor pooled;                     // [films, 2E]
  Tensor halves;                     // [films, 2, 2E]: patient's left, right
};

// One film with its item's report.
struct Row {
  size_t item;
  size_t film;
  View view;
};

class RecognitionObjective : public TrainingObjective {
 public:
  // `rest`: tensors of the checkpoint that are neither encoder nor recognition head.
  RecognitionObjective(const TrainOptions& options, ParameterBinder binder, TensorMap rest,
                       at::Device device)
      : options_(options), binder_(std::move(binder)), rest_(std::move(rest)), device_(device) {}

  Status build(const CheckpointConfig& config, const PreprocessConfig& preprocess) {
    SLAVA_TRY(vision_, make_vision_encoder(config.vision, binder_, config.vision_scope));
    // Whatever else the checkpoint has stays in it, so that a finished one can be fitted anew.
    for (const auto& [name, tensor] : rest_) {
      const size_t dot = name.rfind('.');
      binder_.bind(name.substr(0, dot), name.substr(dot + 1), tensor.sizes(), Start::zeros());
    }
    SLAVA_TRY_STATUS(pool(options_.data, preprocess, train_));
    SLAVA_TRY_STATUS(pool(options_.validation, preprocess, validation_));
    config_ = choose_targets(train_.reports);
    head_ = build_recognition_head(config_, vision_->width(), binder_);
    collect_rows();
    if (rows_.empty()) {
      return fail(ErrorKind::kInput,
                  cat(options_.data.string(), ": no item has an answer to read signs from"));
    }
    targets_ = targets_of(config_, train_.reports).to(device_);
    half_targets_ = half_targets_of(config_, train_.reports).to(device_);
    side_targets_ = one_side_targets_of(config_, train_.reports).to(device_);
    standardise();
    log_info(cat("recognition of ", config_.labels.size(), " labels, ", config_.observations.size(),
                 " observations and ", config_.sides.size(), " sides on ", rows_.size(), " films"));
    return {};
  }

  const ParameterBinder& binder() const override { return binder_; }
  bool is_kept(const Parameter&) const override { return true; }
  const std::vector<size_t>& items() const override { return items_; }
  std::vector<double> weights() const override {
    std::vector<double> weights;
    for (const Row& row : rows_) weights.push_back(train_.data.items[row.item].weight);
    return weights;
  }

  Tensor loss(const std::vector<size_t>& items, uint64_t) override {
    Tensor total = at::zeros({}, at::TensorOptions(device_).dtype(at::kFloat));
    for (const View view : {View::kFrontal, View::kLateral}) {
      std::vector<int64_t> films, studies;
      for (const size_t item : items) {
        if (rows_[item].view != view) continue;
        films.push_back(static_cast<int64_t>(rows_[item].film));
        studies.push_back(static_cast<int64_t>(rows_[item].item));
      }
      if (films.empty()) continue;
      const Tensor film = at::tensor(films, at::kLong).to(device_);
      const Tensor study = at::tensor(studies, at::kLong).to(device_);
      const StandardisedLinear& head = head_of(view);
      total = total +
              summed_loss(head(train_.pooled.index_select(0, film)),
                          targets_.index_select(0, study), positive_weight_) +
              penalty(head, options_.shrinkage);
      if (view == View::kFrontal && !config_.sides.empty()) {
        const Tensor halves = train_.halves.index_select(0, film);
        total =
            total +
            summed_loss(head_.half(halves), half_targets_.index_select(0, study), half_weight_) +
            penalty(head_.half, kHalfShrinkage * options_.shrinkage) +
            summed_loss(head_.left_against_right(halves), side_targets_.index_select(0, study),
                        {}) +
            penalty(head_.side, kSideShrinkage * options_.shrinkage);
      }
    }
    return total;
  }

  // Also sets the thresholds.
  Validation validate() override {
    const at::NoGradGuard no_grad;
    const Tensor scores = study_scores(validation_);                 // [studies, K]
    const Tensor labels = targets_of(config_, validation_.reports);  // [studies, K]
    Validation result;
    result.loss = masked_label_loss(scores, labels, positive_weight_.cpu()).item<double>();
    const auto count = static_cast<int64_t>(config_.labels.size());
    result.auc = mean_auc(scores.narrow(1, 0, count), labels.narrow(1, 0, count), kFewestPositives);
    set_thresholds(config_, {scores, labels});
    result.f1 = label_f1(scores.narrow(1, 0, count), labels.narrow(1, 0, count));
    set_side_thresholds();
    return result;
  }

  Status write_companions(const std::filesystem::path& folder) const override {
    const auto path = folder / "config.json";
    SLAVA_TRY(const std::string text, read_file(path));
    auto config = nlohmann::ordered_json::parse(text);
    config["recognition"] = to_json(config_);
    SLAVA_TRY_STATUS(write_file_atomically(path, config.dump(2) + "\n", 0644));
    if (options_.init.empty()) return {};
    return copy_tokenizer(options_.init, folder);
  }

 private:
  Status pool(const std::filesystem::path& file, const PreprocessConfig& preprocess,
              PooledFilms& into) {
    SLAVA_TRY(into.data, load_dataset(file, options_.image_root));
    for (const DatasetItem& item : into.data.items) into.reports.push_back(read_report(item));
    SLAVA_TRY(const FilmStore films, FilmStore::load(into.data.films, preprocess));
    constexpr size_t kChunk = 32;
    const at::NoGradGuard no_grad;
    std::vector<Tensor> pooled, halves;
    Progress progress("films encoded", films.size());
    for (size_t begin = 0; begin < films.size(); begin += kChunk) {
      std::vector<size_t> chunk;
      for (size_t i = begin; i < std::min(begin + kChunk, films.size()); ++i) chunk.push_back(i);
      const Tensor features = vision_->encode(films.pixels(chunk).to(device_), Pass::kInference);
      pooled.push_back(RecognitionHead::pooled(features));
      halves.push_back(RecognitionHead::pooled_halves(features));
      progress.show(begin + chunk.size());
    }
    into.pooled = at::cat(pooled);
    into.halves = at::cat(halves);
    return {};
  }

  // Every film once, with the first item's report that has any.
  void collect_rows() {
    std::set<size_t> seen;
    for (size_t i = 0; i < train_.data.items.size(); ++i) {
      const DatasetItem& item = train_.data.items[i];
      if (item.answer.empty() && item.reference.empty()) continue;
      for (size_t f = 0; f < item.films.size(); ++f) {
        if (!seen.insert(item.films[f]).second) continue;
        items_.push_back(rows_.size());
        rows_.push_back({i, item.films[f], item.views[f]});
      }
    }
  }

  const StandardisedLinear& head_of(View view) const {
    return view == View::kLateral ? head_.lateral : head_.frontal;
  }

  // Means and deviations of the training films, and how much a positive counts.
  void standardise() {
    const at::NoGradGuard no_grad;
    const auto fit = [](const Tensor& x, const StandardisedLinear& head) {
      head.mean.copy_(x.mean(0));
      head.deviation.copy_(x.std(0) + 1e-3);
    };
    for (const View view : {View::kFrontal, View::kLateral}) {
      std::vector<int64_t> films;
      for (const Row& row : rows_) {
        if (row.view == view) films.push_back(static_cast<int64_t>(row.film));
      }
      if (films.size() < 2) continue;
      const Tensor places = at::tensor(films, at::kLong).to(device_);
      fit(train_.pooled.index_select(0, places), head_of(view));
      if (view == View::kFrontal) {
        const Tensor halves = train_.halves.index_select(0, places);
        fit(halves.flatten(0, 1), head_.half);
        fit(halves.select(1, 0) - halves.select(1, 1), head_.side);
      }
    }
    positive_weight_ = weight_of(targets_);
    half_weight_ = weight_of(half_targets_.flatten(0, 1));
  }

  // sqrt(negatives / positives) of each column.
  static Tensor weight_of(const Tensor& labels) {
    const Tensor positives = (labels == 1).sum(0).to(at::kFloat);
    const Tensor negatives = (labels == 0).sum(0).to(at::kFloat);
    return at::sqrt(negatives / positives.clamp_min(1));
  }

  // Mean over the films of the sum over the targets, those that are unknown left out.
  static Tensor summed_loss(const Tensor& scores, const Tensor& labels,
                            const std::optional<Tensor>& weight) {
    const auto films = static_cast<double>(labels.size(0));
    const Tensor known = at::isnan(labels).logical_not();
    const Tensor loss = at::binary_cross_entropy_with_logits(scores, at::nan_to_num(labels, 0.0),
                                                             {}, weight, at::Reduction::None);
    return (loss * known).sum() / films;
  }

  static Tensor penalty(const StandardisedLinear& head, double shrinkage) {
    return head.linear.weight.square().sum() * (shrinkage / 2);
  }

  // [studies, K]: mean over the films of each item.
  Tensor study_scores(const PooledFilms& films) const {
    std::vector<Tensor> rows;
    for (const DatasetItem& item : films.data.items) {
      std::vector<Tensor> views;
      for (size_t i = 0; i < item.films.size(); ++i) {
        views.push_back(head_of(item.views[i])(films.pooled[static_cast<int64_t>(item.films[i])]));
      }
      rows.push_back(at::stack(views).mean(0));
    }
    return at::stack(rows).cpu();
  }

  // Of the labels at their thresholds.
  std::optional<double> label_f1(const Tensor& scores, const Tensor& labels) const {
    std::vector<float> thresholds;
    for (const RecognitionTarget& label : config_.labels) {
      thresholds.push_back(static_cast<float>(label.threshold.value_or(INFINITY)));
    }
    return macro_f1(scores > at::tensor(thresholds), labels, kFewestPositives);
  }

  void set_side_thresholds() {
    if (config_.sides.empty()) return;
    std::vector<Tensor> halves, shown, sides;
    const Tensor half_targets = half_targets_of(config_, validation_.reports);  // [studies, 2, S]
    const Tensor side_targets =
        one_side_targets_of(config_, validation_.reports);  // [studies, S+1]
    for (size_t i = 0; i < validation_.data.items.size(); ++i) {
      const DatasetItem& item = validation_.data.items[i];
      const auto frontal = std::ranges::find(item.views, View::kFrontal);
      if (frontal == item.views.end()) continue;
      const size_t film = item.films[static_cast<size_t>(frontal - item.views.begin())];
      halves.push_back(validation_.halves[static_cast<int64_t>(film)]);
      shown.push_back(half_targets[static_cast<int64_t>(i)]);
      sides.push_back(side_targets[static_cast<int64_t>(i)]);
    }
    if (halves.empty()) return;
    const Tensor pooled = at::stack(halves);  // [studies, 2, 2E]
    const SideCount count =
        slava::set_side_thresholds(config_, {head_.half(pooled).cpu(), at::stack(shown)},
                                   {head_.left_against_right(pooled).cpu(), at::stack(sides)});
    log_info(cat("sides by forced choice on the validation items: ", count.right, " of ",
                 count.one_sided, "; ", count.both_sided, " are on both sides"));
  }

  TrainOptions options_;
  ParameterBinder binder_;
  TensorMap rest_;
  at::Device device_;
  std::unique_ptr<VisionEncoder> vision_;
  PooledFilms train_, validation_;
  RecognitionConfig config_;
  RecognitionHead head_;
  std::vector<Row> rows_;
  std::vector<size_t> items_;
  Tensor targets_, half_targets_, side_targets_;  // of the training items
  Tensor positive_weight_, half_weight_;          // [K], [S]
};

}  // namespace

Result<std::unique_ptr<TrainingObjective>> make_recognition_objective(
    const TrainOptions& options, const CheckpointConfig& config, const PreprocessConfig& preprocess,
    TensorMap tensors, at::Device device) {
  // An earlier head is not gone on with: other data have other targets.
  std::erase_if(tensors, [](const auto& entry) {
    return entry.first.starts_with("label_head") || entry.first.starts_with(kRecognitionScope);
  });
  TensorMap rest = tensors;
  std::erase_if(rest,
                [&](const auto& entry) { return entry.first.starts_with(config.vision_scope); });
  ParameterBinder binder(std::move(tensors), Missing::kIsInitialised, options.seed, device,
                         at::kFloat);
  auto objective =
      std::make_unique<RecognitionObjective>(options, std::move(binder), std::move(rest), device);
  SLAVA_TRY_STATUS(objective->build(config, preprocess));
  return objective;
}

}  // namespace slava
