// The loop with an objective that can be followed by hand: one weight, pulled towards each item's
// number.
#include "train/trainer.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/strings.h"
#include "nn/safetensors.h"
#include "support/temporary_folder.h"
#include "support/tiny_checkpoint.h"

namespace slava {
namespace {

class PullObjective : public TrainingObjective {
 public:
  explicit PullObjective(std::vector<Validation> validations = {})
      : binder_({}, Missing::kIsInitialised, 1, at::kCPU, at::kFloat),
        weight_(binder_.bind("pull", "weight", {1}, Start::zeros())),
        validations_(std::move(validations)) {
    for (size_t i = 0; i < 16; ++i) items_.push_back(i);
  }

  const ParameterBinder& binder() const override { return binder_; }
  bool is_kept(const Parameter&) const override { return true; }
  const std::vector<size_t>& items() const override { return items_; }
  std::vector<double> weights() const override { return {}; }
  Tensor loss(const std::vector<size_t>& items, uint64_t) override {
    Tensor sum = at::zeros({});
    for (const size_t item : items) {
      sum = sum + (weight_ - static_cast<double>(item)).square().sum();
    }
    return sum / static_cast<double>(items.size());
  }
  // The next of the given validations; without any, the weight itself as loss.
  Validation validate() override {
    if (validations_.empty()) return {weight_.item<double>(), {}, {}};
    return validations_[std::min(validated_++, validations_.size() - 1)];
  }
  Status write_companions(const std::filesystem::path&) const override { return {}; }

 private:
  ParameterBinder binder_;
  Tensor weight_;
  std::vector<size_t> items_;
  std::vector<Validation> validations_;
  size_t validated_ = 0;
};

class TrainerLoop : public testing::Test {
 protected:
  TrainerLoop() {
    write_tiny_config(folder_.path() / "config");
    std::ofstream(folder_.path() / "data.json") << "[]";
  }

  TrainOptions options(const std::string& run) const {
    TrainOptions options;
    options.data = options.validation = folder_.path() / "data.json";
    options.config = folder_.path() / "config";
    options.output = folder_.path() / run;
    options.batch = 4;
    options.epochs = 2;
    options.learning_rate = 0.05;
    options.save_dtype = "float32";
    return options;
  }

  static Result<TrainSummary> run(const TrainOptions& options,
                                  std::vector<Validation> validations = {}) {
    SLAVA_TRY_STATUS(claim_run_folder(options));
    return Trainer(options, std::make_unique<PullObjective>(std::move(validations)), {}).run();
  }

  // The weight in the checkpoint "best" or "last" of a run.
  double saved(const std::string& run, const char* which) const {
    const auto tensors = read_safetensors(folder_.path() / run / which / "model.safetensors");
    return tensors ? tensors->at("pull.weight").item<double>() : -1;
  }

  TemporaryFolder folder_;
};

TEST_F(TrainerLoop, AccumulatedBatchesAreOneLargeBatch) {
  TrainOptions whole = options("whole");
  whole.batch = 8;
  TrainOptions parts = options("parts");
  parts.batch = 2;
  parts.accumulate = 4;
  const auto a = run(whole), b = run(parts);
  ASSERT_TRUE(a) << a.error();
  ASSERT_TRUE(b) << b.error();
  EXPECT_EQ(a->steps, 4);
  EXPECT_EQ(b->steps, 4);
  EXPECT_NE(saved("whole", "last"), 0);
  EXPECT_NEAR(saved("whole", "last"), saved("parts", "last"), 1e-6);
}

TEST_F(TrainerLoop, MoreThanTheDataCannotBeAccumulated) {
  TrainOptions large = options("large");
  large.accumulate = 5;
  const auto result = run(large);
  ASSERT_FALSE(result);
  EXPECT_NE(result.error().message.find("--accumulate 5"), std::string::npos);
}

TEST_F(TrainerLoop, CheckpointsHoldTheAverageOfTheWeights) {
  TrainOptions plain_options = options("plain");
  plain_options.final_learning_rate = 1;  // the weight climbs by the same amount every step
  ASSERT_TRUE(run(plain_options));
  TrainOptions averaged = plain_options;
  averaged.output = folder_.path() / "averaged";
  averaged.ema = 0.99;
  const auto summary = run(averaged);
  ASSERT_TRUE(summary) << summary.error();
  // The weight climbs from 0, so its average lags behind it.
  EXPECT_GT(saved("averaged", "last"), 0);
  EXPECT_LT(saved("averaged", "last"), saved("plain", "last") - 0.01);
  // What was validated is what was saved: the loss of this objective is the weight.
  EXPECT_NEAR(summary->best, saved("averaged", "best"), 1e-6);
  // The optimizer went on from the weights, not from their average.
  const auto plain = read_safetensors(folder_.path() / "plain/state.safetensors");
  const auto state = read_safetensors(folder_.path() / "averaged/state.safetensors");
  ASSERT_TRUE(plain && state);
  EXPECT_TRUE(at::equal(plain->at("parameter.pull.weight"), state->at("parameter.pull.weight")));
}

TEST_F(TrainerLoop, ARunWithAnAverageGoesOnExactlyWhereItStopped) {
  TrainOptions whole = options("whole");
  whole.ema = 0.9;
  whole.epochs = 4;
  ASSERT_TRUE(run(whole));
  // A run that lost everything after its second epoch's state.
  TrainOptions again = options("again");
  again.ema = 0.9;
  again.epochs = 4;
  again.save_every = 1000;
  ASSERT_TRUE(claim_run_folder(again));
  TrainOptions half = again;
  half.patience = 1;
  const auto stopped =
      Trainer(
          half,
          std::make_unique<PullObjective>(std::vector<Validation>{{0.5, {}, {}}, {0.6, {}, {}}}),
          {})
          .run();
  ASSERT_TRUE(stopped) << stopped.error();
  ASSERT_EQ(stopped->steps, 8);
  again.resume = true;
  ASSERT_TRUE(run(again));
  EXPECT_EQ(saved("again", "last"), saved("whole", "last"));
}

TEST_F(TrainerLoop, PatienceEndsARunThatGetsNoBetter) {
  TrainOptions patient = options("patient");
  patient.epochs = 10;
  patient.patience = 2;
  const std::vector<Validation> course{{1.0, {}, {}}, {0.8, {}, {}}, {0.9, {}, {}}, {0.85, {}, {}}};
  const auto summary = run(patient, course);
  ASSERT_TRUE(summary) << summary.error();
  EXPECT_EQ(summary->steps, 4 * 4);
  EXPECT_EQ(summary->best_epoch, 2);
  EXPECT_TRUE(summary->stopped_early);
  const auto read = finished_run(patient);
  ASSERT_TRUE(read) << read.error();
  ASSERT_TRUE(*read);
  EXPECT_TRUE((*read)->stopped_early);
  EXPECT_EQ((*read)->best, 0.8);
}

TEST_F(TrainerLoop, TheF1TellsTheBestCheckpointWhereItIsMeasured) {
  TrainOptions clinical = options("clinical");
  clinical.epochs = 3;
  const auto summary = run(clinical, {{0.9, 0.5, 0.3}, {0.8, 0.9, 0.2}, {0.95, 0.1, 0.4}});
  ASSERT_TRUE(summary) << summary.error();
  EXPECT_EQ(summary->best_metric, "f1");
  EXPECT_EQ(summary->best_epoch, 3);
  EXPECT_EQ(summary->best, 0.4);
}

TEST_F(TrainerLoop, ARunIsCompleteOnlyWithTheSameOptionsAndData) {
  const TrainOptions done = options("done");
  const auto before = finished_run(done);
  ASSERT_TRUE(before);
  EXPECT_FALSE(*before);
  ASSERT_TRUE(run(done));
  ASSERT_TRUE(finished_run(done));
  EXPECT_TRUE(*finished_run(done));
  TrainOptions other = done;
  other.epochs = 5;
  const auto refused = finished_run(other);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("epochs"), std::string::npos);
  std::ofstream(folder_.path() / "data.json") << "[ ]";
  const auto changed = finished_run(done);
  ASSERT_FALSE(changed);
  EXPECT_NE(changed.error().message.find("sha256"), std::string::npos);
}

}  // namespace
}  // namespace slava
