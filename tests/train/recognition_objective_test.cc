// The recognition head as a stage of its own, and a report stage that follows what it tells.
#include <gmock/gmock.h>

#include "assistant/assistant.h"
#include "base/file.h"
#include "nn/weight_files.h"
#include "train/training_fixture.h"

namespace slava {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class RecognitionTraining : public Training {
 protected:
  void SetUp() override {
    Training::SetUp();
    write_training_data(folder_ / "data", 48);
    change_config([](nlohmann::json& config) {
      config["prompt"]["conversation"] = "USER: {films}{question} {signs} ASSISTANT:";
      // Bytes, signs and some letters.
      config["text_config"]["vocab_size"] = 390;
    });
  }

  template <typename Change>
  void change_config(Change change) {
    const auto path = folder_ / "config/config.json";
    auto config = nlohmann::json::parse(*read_file(path));
    change(config);
    std::ofstream(path) << config.dump();
  }

  TrainOptions recognition(const std::string& run) const {
    TrainOptions chosen = options(run);
    chosen.objective = Objective::kRecognition;
    chosen.batch = 24;
    chosen.epochs = 10;
    chosen.learning_rate = 1e-2;
    chosen.weight_decay = 0;
    chosen.shrinkage = 0.01;
    return chosen;
  }

  TrainOptions report(const std::string& run, const std::string& from) const {
    TrainOptions chosen = options(run);
    chosen.config = chosen.init = folder_ / from / "last";
    chosen.freeze = {"model.vision_tower"};
    chosen.composed = 0.5;
    return chosen;
  }

  Result<Draft> draft_of(const std::string& checkpoint, bool enlarged) const {
    SLAVA_TRY(const auto assistant, load_assistant(folder_ / checkpoint, {}));
    Image image;
    image.width = image.height = 40;
    for (int p = 0; p < 1600; ++p) {
      const int heart = enlarged ? 14 : 6;
      const bool inside = std::abs(p % 40 - 20) < heart && std::abs(p / 40 - 22) < heart;
      image.values.push_back(inside ? 200.0F : 40.0F);
    }
    DraftRequest request;
    request.films.push_back({View::kFrontal, preprocess(image, assistant->info().preprocess)});
    return assistant->draft(request, assistant->info().generation);
  }
};

TEST_F(RecognitionTraining, LeavesAHeadWithItsThresholds) {
  const auto summary = train(recognition("head"));
  ASSERT_TRUE(summary) << summary.error();
  EXPECT_EQ(summary->best_metric, "auc");
  EXPECT_GT(summary->best, 0.9);
  const auto config = nlohmann::json::parse(*read_file(folder_ / "head/best/config.json"));
  const auto& told = config["recognition"];
  EXPECT_EQ(told["labels"].size(), 14U);
  EXPECT_TRUE(told["labels"][1]["threshold"].is_number()) << "Cardiomegaly, half of the items";
  EXPECT_TRUE(told["labels"][8]["threshold"].is_null()) << "Pneumothorax, none of the items";
  ASSERT_EQ(told["observations"].size(), 1U);
  EXPECT_EQ(told["observations"][0]["name"], "cardiomegaly");
  const auto tensors = read_weights(folder_ / "head/best");
  ASSERT_TRUE(tensors) << tensors.error();
  EXPECT_TRUE(tensors->contains("recognition.frontal.weight"));
}

TEST_F(RecognitionTraining, AReportStageWritesNoSignsForPeople) {
  ASSERT_TRUE(train(recognition("head")));
  const auto trained = train(report("report", "head"));
  ASSERT_TRUE(trained) << trained.error();
  const auto draft = draft_of("report/last", true);
  ASSERT_TRUE(draft) << draft.error();
  EXPECT_THAT(draft->raw_text, Not(HasSubstr("<cardiomegaly>")));
  EXPECT_THAT(draft->raw_text, Not(HasSubstr("<none>")));
}

TEST_F(RecognitionTraining, TheHeadOfAFinishedCheckpointIsFittedAnewAndTheRestStays) {
  ASSERT_TRUE(train(recognition("head")));
  ASSERT_TRUE(train(report("report", "head")));
  TrainOptions again = recognition("again");
  again.config = again.init = folder_ / "report/last";
  again.epochs = 2;
  const auto fitted = train(again);
  ASSERT_TRUE(fitted) << fitted.error();
  const auto before = *read_weights(folder_ / "report/last");
  const auto after = *read_weights(folder_ / "again/last");
  ASSERT_EQ(before.size(), after.size());
  size_t changed = 0;
  for (const auto& [name, tensor] : before) {
    const bool same = at::equal(tensor, after.at(name));
    if (name.starts_with("recognition.")) {
      changed += same ? 0 : 1;
    } else {
      EXPECT_TRUE(same) << name;
    }
  }
  EXPECT_GT(changed, 0U);
  EXPECT_TRUE(draft_of("again/last", true));
}

TEST_F(RecognitionTraining, SignsInTheConversationNeedAHead) {
  const auto trained = train(options("run"));
  ASSERT_FALSE(trained);
  EXPECT_THAT(trained.error().message, HasSubstr("--objective recognition"));
}

TEST_F(RecognitionTraining, ComposedReportsNeedAHead) {
  change_config([](nlohmann::json& config) {
    config["prompt"]["conversation"] = "USER: {films}{question} ASSISTANT:";
  });
  TrainOptions composed = options("run");
  composed.composed = 0.5;
  const auto trained = train(composed);
  ASSERT_FALSE(trained);
  EXPECT_THAT(trained.error().message, HasSubstr("--composed"));
}

}  // namespace
}  // namespace slava
