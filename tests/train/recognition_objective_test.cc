// The recognition head as a stage of its own, and a report stage that follows what it tells.
#include <gmock/gmock.h>

#include "assistant/assistant.h"
#include "assistant/loaded_checkpoint.h"
#include "base/file.h"
#include "image/encode.h"
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
    change_json("config.json", change);
  }

  template <typename Change>
  void change_json(const std::string& name, Change change) {
    const auto path = folder_ / "config" / name;
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
  EXPECT_EQ(summary->best_metric, "f1");
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

// A film with a bright spot on one side of the picture.
GrayImage spotted_film(bool on_the_right_of_the_picture, int seed) {
  GrayImage film;
  film.width = film.height = 40;
  for (int p = 0; p < 40 * 40; ++p) {
    const int x = p % 40, y = p / 40;
    const int centre = (on_the_right_of_the_picture ? 32 : 8) + seed % 3;
    const bool inside = std::abs(x - centre) < 5 && std::abs(y - 20 - seed % 5) < 5;
    film.pixels.push_back(static_cast<uint8_t>((inside ? 210 : 60) + (x * 7 + y * 3 + seed) % 30));
  }
  return film;
}

TEST_F(RecognitionTraining, TheSideThatReportsTellIsLearned) {
  // Three by three patches: sides need columns.
  change_json("config.json", [](auto& config) { config["vision_config"]["image_size"] = 96; });
  change_json("preprocessor_config.json", [](auto& config) { config["size"] = 96; });
  nlohmann::json data = nlohmann::json::array();
  for (int i = 0; i < 48; ++i) {
    const bool left = i % 2 == 0;  // the patient's, which is the right of the picture
    const std::string name = cat("spot-", i, ".png");
    std::ofstream(folder_ / "data" / name, std::ios::binary)
        << encode_png(spotted_film(left, i)).value();
    data.push_back({{"id", cat("spot-", i)},
                    {"image", {name}},
                    {"views", {"frontal"}},
                    {"conversations",
                     {{{"from", "human"}, {"value", "<image>\nWrite a report."}},
                      {{"from", "gpt"},
                       {"value", cat("FINDINGS: There is an opacity in the ",
                                     left ? "left" : "right", " lung. The heart is normal.")}}}}});
  }
  std::ofstream(folder_ / "data/data.json") << data.dump();
  TrainOptions chosen = recognition("head");
  chosen.epochs = 40;
  ASSERT_TRUE(train(chosen));
  TrainOptions writing = report("report", "head");
  writing.composed = 0;
  const auto written = train(writing);
  ASSERT_TRUE(written) << written.error();

  const auto loaded = load_checkpoint(folder_ / "report/last", {});
  ASSERT_TRUE(loaded) << loaded.error();
  for (int i = 100; i < 106; ++i) {
    const bool left = i % 2 == 0;
    const GrayImage film = spotted_film(left, i);
    Image image;
    image.width = image.height = 40;
    image.values.assign(film.pixels.begin(), film.pixels.end());
    const ModelPixels pixels = preprocess(image, loaded->info.preprocess);
    const at::InferenceMode inference;
    const Tensor features = loaded->model.vision->encode(
        to_tensor({&pixels}).to(loaded->device, loaded->dtype), Pass::kInference);
    const RecognitionConfig& config = *loaded->config.recognition;
    const auto scores = recognise(*loaded->model.recognition, config, features, {View::kFrontal});
    EXPECT_EQ(likelier_side(config, scores, "lung_opacity"),
              left ? FindingSide::kLeft : FindingSide::kRight)
        << i;
  }
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

TEST_F(RecognitionTraining, DraftsOfValidationItemsChooseTheBestEpoch) {
  ASSERT_TRUE(train(recognition("head")));
  TrainOptions drafting = report("report", "head");
  drafting.validation_drafts = 12;
  drafting.epochs = 12;
  const auto trained = train(drafting);
  ASSERT_TRUE(trained) << trained.error();
  EXPECT_EQ(trained->best_metric, "f1");
  EXPECT_GT(trained->best, 0.9);
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
