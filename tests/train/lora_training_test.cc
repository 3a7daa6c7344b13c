// Runs that train adapters alone, checkpointed blocks, parts of a model, and the run's own papers.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "assistant/assistant.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/interrupt.h"
#include "nn/safetensors.h"
#include "train/train.h"
#include "train/training_fixture.h"

namespace slava {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class AdapterTraining : public Training {
 protected:
  TrainOptions options(const std::string& run) const {
    TrainOptions options = Training::options(run);
    options.epochs = 1;
    return options;
  }

  // A base checkpoint in base/last, and options that adapt it.
  TrainOptions adapting(const std::string& run) const {
    if (!std::filesystem::exists(folder_ / "base")) {
      const auto base = train(options("base"));
      EXPECT_TRUE(base) << base.error();
    }
    TrainOptions adapting = options(run);
    adapting.init = folder_ / "base/last";
    adapting.lora_rank = 4;
    adapting.lora_save = "both";
    adapting.epochs = 4;
    return adapting;
  }

  TensorMap weights(const std::string& checkpoint) const {
    auto read = read_safetensors(folder_ / checkpoint / "model.safetensors");
    EXPECT_TRUE(read) << read.error();
    return read ? *std::move(read) : TensorMap{};
  }

  static std::string answer_of(const std::filesystem::path& model,
                               const std::filesystem::path& adapter) {
    AssistantOptions options;
    options.adapter = adapter;
    const auto assistant = load_assistant(model, options);
    EXPECT_TRUE(assistant) << assistant.error();
    if (!assistant) return {};
    Image image;
    image.width = image.height = 40;
    image.values.assign(1600, 1.0F);
    image.values[7] = 9.0F;
    DraftRequest request;
    request.films.push_back({View::kFrontal, preprocess(image, (*assistant)->info().preprocess)});
    const auto draft = (*assistant)->draft(request, (*assistant)->info().generation);
    EXPECT_TRUE(draft) << draft.error();
    return draft ? draft->raw_text : "";
  }
};

TEST_F(AdapterTraining, OnlyLayersOfTheBlocksChange) {
  const auto summary = train(adapting("adapted"));
  ASSERT_TRUE(summary) << summary.error();
  const TensorMap before = weights("base/last"), after = weights("adapted/last");
  ASSERT_EQ(before.size(), after.size());
  size_t changed = 0;
  for (const auto& [name, tensor] : before) {
    const bool same = at::equal(tensor, after.at(name));
    const bool is_layer = name.starts_with("model.layers.") && tensor.dim() == 2;
    EXPECT_EQ(same, !is_layer) << name;
    changed += same ? 0 : 1;
  }
  EXPECT_EQ(changed, 2 * 6U);
  // The state holds what changes, not the frozen rest.
  const auto state = read_safetensors(folder_ / "adapted/state.safetensors");
  ASSERT_TRUE(state);
  EXPECT_FALSE(state->contains("parameter.lm_head.weight"));
  EXPECT_TRUE(state->contains("parameter.model.layers.0.mlp.fc1.lora_A.weight"));
}

TEST_F(AdapterTraining, BaseAndAdapterWriteWhatTheMergedCheckpointWrites) {
  ASSERT_TRUE(train(adapting("adapted")));
  const std::string merged = answer_of(folder_ / "adapted/last", {});
  EXPECT_EQ(answer_of(folder_ / "base/last", folder_ / "adapted/last/adapter"), merged);
  const auto plain = load_assistant(folder_ / "base/last", {});
  AssistantOptions with;
  with.adapter = folder_ / "adapted/last/adapter";
  const auto adapted = load_assistant(folder_ / "base/last", with);
  ASSERT_TRUE(plain && adapted);
  EXPECT_NE((*plain)->info().sha256, (*adapted)->info().sha256);
}

TEST_F(AdapterTraining, AnAdapterApartIsAllThatIsWritten) {
  TrainOptions apart = adapting("apart");
  apart.lora_save = "apart";
  ASSERT_TRUE(train(apart));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "apart/best/adapter/adapter_model.safetensors"));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "apart/best/model.safetensors"));
  EXPECT_THAT(*read_file(folder_ / "apart/best/README.md"), HasSubstr("adapter/"));
}

TEST_F(AdapterTraining, TheLossFallsAndCheckpointingDoesNotChangeIt) {
  TrainOptions kept = adapting("kept");
  kept.epochs = 12;
  kept.lora_dropout = 0.2;
  kept.learning_rate = 1e-2;
  TrainOptions again = kept;
  again.output = folder_ / "again";
  again.checkpointing = true;
  const auto first = train(kept), second = train(again);
  ASSERT_TRUE(first) << first.error();
  ASSERT_TRUE(second) << second.error();
  const auto values = losses(folder_ / "kept"), repeated = losses(folder_ / "again");
  // The frozen head of a base that was hardly trained bounds what an adapter can reach.
  EXPECT_LT(values.back(), values.front() - 0.05);
  ASSERT_EQ(values.size(), repeated.size());
  for (size_t i = 0; i < values.size(); ++i) EXPECT_NEAR(values[i], repeated[i], 1e-4) << i;
}

// In a process of its own, since a signal that came stays remembered.
TEST_F(AdapterTraining, ARunThatIsInterruptedAtEveryStepEndsAsAnUnbrokenOne) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  const auto run = [&] {
    TrainOptions whole = adapting("whole");
    whole.ema = 0.9;
    whole.epochs = 2;
    if (!train(whole)) return 1;
    watch_for_interrupt();
    std::raise(SIGTERM);
    TrainOptions broken = whole;
    broken.output = folder_ / "broken";
    int interruptions = 0;
    for (auto result = train(broken); !result; result = train(broken)) {
      if (result.error().kind != ErrorKind::kInterrupted || ++interruptions > 10) return 2;
      broken.resume = true;
    }
    if (interruptions != 5) return 3;
    for (const auto& [name, tensor] : weights("whole/last")) {
      if (!at::equal(tensor, weights("broken/last").at(name))) return 4;
    }
    return 0;
  };
  EXPECT_EXIT(std::exit(run()), testing::ExitedWithCode(0), "");
}

TEST_F(AdapterTraining, ABaseInBfloat16IsAdaptedInItsOwnType) {
  TrainOptions base = options("base16");
  base.save_dtype = "bfloat16";
  ASSERT_TRUE(train(base));
  TrainOptions adapted = options("adapted16");
  adapted.init = folder_ / "base16/last";
  adapted.lora_rank = 2;
  adapted.dtype = NumberType::kBfloat16;
  adapted.save_dtype = "bfloat16";
  adapted.checkpointing = true;
  const auto summary = train(adapted);
  ASSERT_TRUE(summary) << summary.error();
  const TensorMap before = weights("base16/last"), after = weights("adapted16/last");
  EXPECT_TRUE(at::equal(before.at("lm_head.weight"), after.at("lm_head.weight")));
}

TEST_F(AdapterTraining, WhatDoesNotGoTogetherIsRefused) {
  const auto message = [&](auto change) {
    TrainOptions wrong = adapting("wrong");
    change(wrong);
    const auto result = train(wrong);
    return result ? std::string("accepted") : result.error().message;
  };
  EXPECT_THAT(message([](TrainOptions& o) { o.init.clear(); }), HasSubstr("--init"));
  EXPECT_THAT(message([](TrainOptions& o) { o.objective = Objective::kLabels; }),
              HasSubstr("--lora-rank"));
  EXPECT_THAT(message([](TrainOptions& o) { o.parts = {"projector"}; }), HasSubstr("--train"));
  EXPECT_THAT(message([](TrainOptions& o) { o.lora_targets = {"w_proj"}; }), HasSubstr("w_proj"));
}

TEST_F(AdapterTraining, OnlyTheNamedPartIsTrained) {
  ASSERT_TRUE(train(options("base")));
  TrainOptions projector = options("projector");
  projector.init = folder_ / "base/last";
  projector.parts = {"projector"};
  projector.prompt_template = "plain";
  const auto summary = train(projector);
  ASSERT_TRUE(summary) << summary.error();
  const TensorMap before = weights("base/last");
  for (const auto& [name, tensor] : weights("projector/last")) {
    EXPECT_EQ(at::equal(tensor, before.at(name)), !name.starts_with("model.mm_projector.")) << name;
  }
}

TEST_F(AdapterTraining, TheModelCardIsWrittenFromTheRuns) {
  TrainOptions adapted = adapting("adapted");
  adapted.stage = "reporting";
  ASSERT_TRUE(train(adapted));
  const std::string card = *read_file(folder_ / "adapted/best/README.md");
  EXPECT_THAT(card, HasSubstr("# tiny"));
  EXPECT_THAT(card, HasSubstr("DRAFTS TO BE VERIFIED BY A PHYSICIAN"));
  EXPECT_THAT(card, HasSubstr("| 2 | reporting | report | data.json |"));
  EXPECT_THAT(card, HasSubstr("| lora_rank | 4 |"));
  EXPECT_THAT(card, testing::Not(HasSubstr(folder_.string())));
  const json training = json::parse(*read_file(folder_ / "adapted/best/training.json"));
  EXPECT_EQ(training["options"]["sha256"]["data"], *sha256_file(folder_ / "data/data.json"));
  EXPECT_EQ(training["previous"]["options"]["epochs"], 1);
  const json run = json::parse(*read_file(folder_ / "adapted/train.json"));
  EXPECT_EQ(run["sha256"]["data"], *sha256_file(folder_ / "data/data.json"));
  EXPECT_TRUE(std::filesystem::exists(folder_ / "adapted/summary.json"));
}

}  // namespace
}  // namespace slava
