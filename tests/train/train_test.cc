// Whole training runs on a tiny model: what they write, that they learn, and that a killed run goes
// on exactly where it stopped.
#include "train/train.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "assistant/assistant.h"
#include "base/file.h"
#include "train/training_fixture.h"

namespace slava {
namespace {

using nlohmann::json;
using testing::HasSubstr;

TEST_F(Training, LeavesACheckpointThatWritesReports) {
  const auto summary = train(options("run"));
  ASSERT_TRUE(summary) << summary.error();
  EXPECT_EQ(summary->steps, 9);
  for (const char* name : {"train.json", "metrics.jsonl", "loss.png", "state.safetensors"}) {
    EXPECT_TRUE(std::filesystem::exists(folder_ / "run" / name)) << name;
  }
  const auto assistant = load_assistant(folder_ / "run/best", {});
  ASSERT_TRUE(assistant) << assistant.error();
  EXPECT_EQ((*assistant)->info().notice, "TEST MODEL");

  Image image;
  image.width = image.height = 40;
  image.values.assign(1600, 1.0F);
  image.values[7] = 9.0F;
  DraftRequest request;
  request.films.push_back({View::kFrontal, preprocess(image, (*assistant)->info().preprocess)});
  const auto draft = (*assistant)->draft(request, (*assistant)->info().generation);
  ASSERT_TRUE(draft) << draft.error();
  EXPECT_LE(draft->new_tokens, 24);
  EXPECT_GT(draft->prompt_tokens, 5);
}

TEST_F(Training, TheLossFalls) {
  TrainOptions long_run = options("run");
  long_run.epochs = 12;
  ASSERT_TRUE(train(long_run));
  const auto values = losses(folder_ / "run");
  EXPECT_LT(values.back(), 0.6 * values.front());
}

TEST_F(Training, AFrozenEncoderStaysAsItWas) {
  TrainOptions first = options("first");
  first.epochs = 1;
  ASSERT_TRUE(train(first));
  TrainOptions second = options("second");
  second.epochs = 1;
  second.init = folder_ / "first/last";
  second.freeze = {"model.vision_tower"};
  ASSERT_TRUE(train(second));
  const auto before = *read_file(folder_ / "first/last/model.safetensors");
  const auto after = *read_file(folder_ / "second/last/model.safetensors");
  EXPECT_NE(before, after);
  // The encoder's tensors lie together in name order: look for one of them byte for byte.
  const auto header = [](const std::string& bytes) {
    uint64_t length = 0;
    std::memcpy(&length, bytes.data(), 8);
    return std::pair(json::parse(bytes.substr(8, length)), 8 + length);
  };
  const auto tensor = [&](const std::string& bytes, const char* name) {
    const auto [fields, data] = header(bytes);
    const auto offsets = fields[name]["data_offsets"];
    return bytes.substr(data + offsets[0].get<size_t>(),
                        offsets[1].get<size_t>() - offsets[0].get<size_t>());
  };
  for (const char* name :
       {"model.vision_tower.stem.weight", "model.vision_tower.head_norm.running_mean"}) {
    EXPECT_EQ(tensor(before, name), tensor(after, name)) << name;
  }
  EXPECT_NE(tensor(before, "lm_head.weight"), tensor(after, "lm_head.weight"));
}

TEST_F(Training, LabelsTrainTheEncoderAlone) {
  TrainOptions labels = options("labels");
  labels.objective = Objective::kLabels;
  labels.epochs = 2;
  const auto summary = train(labels);
  ASSERT_TRUE(summary) << summary.error();
  EXPECT_EQ(summary->best_metric, "auc");
  EXPECT_TRUE(std::filesystem::exists(folder_ / "labels/best/labels.json"));
  // What comes out starts a report run.
  TrainOptions report = options("report");
  report.epochs = 1;
  report.init = folder_ / "labels/best";
  report.label_weight = 0.3;
  const auto trained = train(report);
  EXPECT_TRUE(trained) << trained.error();
  EXPECT_TRUE(load_assistant(folder_ / "report/best", {})) << "the label head must not be in it";
}

TEST_F(Training, TheSameSeedOnOneThreadGivesTheSameLosses) {
  ASSERT_TRUE(train(options("a")));
  ASSERT_TRUE(train(options("b")));
  TrainOptions other = options("c");
  other.seed = 2;
  ASSERT_TRUE(train(other));
  EXPECT_EQ(losses(folder_ / "a"), losses(folder_ / "b"));
  EXPECT_NE(losses(folder_ / "a"), losses(folder_ / "c"));
}

// The program itself, killed with SIGKILL in the middle of an epoch.
TEST_F(Training, AKilledRunGoesOnExactlyWhereItStopped) {
  const std::string program = SLAVA_BINARY_DIR "/slava-cxr";
  if (!std::filesystem::exists(program)) GTEST_SKIP() << program << " is not built";
  const auto command = [&](const std::string& run, const std::string& more) {
    return cat(program, " train --data ", (folder_ / "data/data.json").string(), " --validation ",
               (folder_ / "data/data.json").string(), " --image-root ", (folder_ / "data").string(),
               " --config-from ", (folder_ / "config").string(), " --output ",
               (folder_ / run).string(), " --batch 2 --epochs 10 --threads 1 --dtype float32",
               " --save-every 4 --weighted --label-weight 0.2 --view-dropout 0.3 --ema 0.9 ",
               "--checkpointing ", more);
  };
  ASSERT_EQ(std::system(cat(command("whole", ""), " >/dev/null").c_str()), 0);
  const std::string killed =
      cat("(", command("killed", ""), " >/dev/null & pid=$!; for i in $(seq 1 3000); do ",
          "n=$(wc -l < ", (folder_ / "killed/metrics.jsonl").string(), " 2>/dev/null || echo 0); ",
          "if [ \"$n\" -ge 15 ]; then break; fi; sleep 0.02; done; kill -9 $pid) 2>/dev/null");
  (void)std::system(killed.c_str());
  const size_t before = losses(folder_ / "killed").size();
  ASSERT_GE(before, 13U);
  ASSERT_LT(before, 60U) << "the kill came too late to prove anything";
  ASSERT_EQ(std::system(cat(command("killed", "--resume"), " >/dev/null").c_str()), 0);
  EXPECT_EQ(losses(folder_ / "killed"), losses(folder_ / "whole"));
  EXPECT_EQ(*read_file(folder_ / "killed/last/model.safetensors"),
            *read_file(folder_ / "whole/last/model.safetensors"));
}

TEST_F(Training, AnotherRunIsNeitherOverwrittenNorContinuedWithOtherOptions) {
  ASSERT_TRUE(train(options("run")));
  const auto again = train(options("run"));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(again.error().message, HasSubstr("--resume"));

  TrainOptions changed = options("run");
  changed.resume = true;
  changed.learning_rate = 1;
  const auto resumed = train(changed);
  ASSERT_FALSE(resumed);
  EXPECT_THAT(resumed.error().message, HasSubstr("learning_rate"));
}

TEST_F(Training, MissingOptionsAndFilesAreNamed) {
  TrainOptions empty;
  EXPECT_THAT(train(empty).error().message, HasSubstr("--data"));
  TrainOptions missing = options("run");
  missing.data = folder_ / "none.json";
  EXPECT_THAT(train(missing).error().message, HasSubstr("none.json"));
  TrainOptions lost = options("run2");
  std::filesystem::remove(folder_ / "data/3-frontal.png");
  EXPECT_THAT(train(lost).error().message, HasSubstr("3-frontal.png"));
}

}  // namespace
}  // namespace slava
