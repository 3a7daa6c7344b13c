// A checkpoint folder that is broken in one place each: one clear message, no crash.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "assistant/assistant.h"
#include "assistant/checkpoint_config.h"
#include "assistant/model.h"
#include "base/file.h"
#include "base/strings.h"
#include "nn/safetensors.h"
#include "support/tiny_checkpoint.h"
#include "tokenizer/sentencepiece.h"

namespace slava {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class Checkpoint : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              cat("checkpoint-", testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::remove_all(folder_);
    write_tiny_config(folder_);
    std::vector<std::string> texts;
    for (int i = 0; i < 60; ++i) {
      texts.push_back(
          cat(" FINDINGS: The heart is normal, ", i, " cm. USER: Frontal Lateral ASSISTANT:"));
    }
    ASSERT_TRUE(train_sentencepiece(texts, 300, folder_ / "tokenizer.model"));
    ParameterBinder binder({}, Missing::kIsInitialised, 4, at::kCPU, at::kFloat);
    ASSERT_TRUE(build_model(*load_checkpoint_config(folder_), binder));
    for (const Parameter& parameter : binder.parameters())
      tensors_[parameter.name] = parameter.tensor;
    save();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  void save() { ASSERT_TRUE(write_safetensors(folder_ / "model.safetensors", tensors_)); }
  void change_config(const std::function<void(json&)>& change) {
    json config = json::parse(*read_file(folder_ / "config.json"));
    change(config);
    std::ofstream(folder_ / "config.json") << config.dump();
  }
  void expect_refused(const std::string& reason) {
    const auto assistant = load_assistant(folder_, {});
    ASSERT_FALSE(assistant) << reason;
    EXPECT_EQ(assistant.error().kind, ErrorKind::kModel) << assistant.error();
    EXPECT_THAT(assistant.error().message, HasSubstr(reason));
    EXPECT_EQ(assistant.error().message.find('\n'), std::string::npos);
  }

  static DraftRequest request(const PreprocessConfig& config, float bright) {
    Image image;
    image.width = 30;
    image.height = 20;
    for (int i = 0; i < 600; ++i)
      image.values.push_back(i % 30 < 11 ? bright : static_cast<float>(i % 7));
    DraftRequest request;
    request.films.push_back({View::kFrontal, preprocess(image, config)});
    return request;
  }

  std::filesystem::path folder_;
  TensorMap tensors_;
};

TEST_F(Checkpoint, TellsWhatItIs) {
  const auto assistant = load_assistant(folder_, {.device = Device::kCpu, .threads = 1});
  ASSERT_TRUE(assistant) << assistant.error();
  const AssistantInfo& info = (*assistant)->info();
  EXPECT_EQ(info.name, "tiny");
  EXPECT_EQ(info.family, "efficientnet_lite + mlp2x_gelu + phi");
  EXPECT_EQ(info.device, "cpu");
  EXPECT_EQ(info.dtype, "float32");
  EXPECT_EQ(info.sha256.size(), 64U);
  EXPECT_TRUE(info.uses_lateral);
  EXPECT_FALSE(info.uses_indication);
  EXPECT_EQ(info.generation.max_new_tokens, 24);
}

TEST_F(Checkpoint, TheHashFollowsEveryFileThatChangesTheText) {
  const std::string before = *checkpoint_sha256(folder_);
  for (const char* name : {"generation_config.json", "config.json", "preprocessor_config.json"}) {
    std::ofstream(folder_ / name, std::ios::app) << " ";
    EXPECT_NE(*checkpoint_sha256(folder_), before) << name;
  }
  const std::string now = *checkpoint_sha256(folder_);
  std::ofstream(folder_ / "README.md") << "A card.";
  EXPECT_EQ(*checkpoint_sha256(folder_), now);
}

TEST_F(Checkpoint, TheSameFilmGivesTheSameTextInEveryNumberType) {
  for (const NumberType dtype : {NumberType::kFloat32, NumberType::kBfloat16, NumberType::kInt8}) {
    const auto assistant =
        *load_assistant(folder_, {.device = Device::kCpu, .dtype = dtype, .threads = 1});
    const auto films = request(assistant->info().preprocess, 90);
    const auto first = assistant->draft(films, assistant->info().generation);
    const auto second = assistant->draft(films, assistant->info().generation);
    ASSERT_TRUE(first) << first.error();
    EXPECT_EQ(first->raw_text, second->raw_text);
    EXPECT_LE(first->new_tokens, 24);
  }
}

// The texts of `count` different films, in their order, and the decoder's steps.
struct Drafts {
  std::vector<std::string> texts;
  int steps = 0;
};
Drafts drafts_of(Assistant& assistant, const std::vector<DraftRequest>& requests) {
  Drafts drafts;
  drafts.texts.resize(requests.size());
  size_t given = 0;
  const auto next = [&]() -> std::optional<DraftRequest> {
    if (given == requests.size()) return std::nullopt;
    return requests[given++];
  };
  const auto done = [&](size_t number, Result<Draft> draft) {
    ASSERT_TRUE(draft) << draft.error();
    drafts.texts[number] = draft->raw_text;
    drafts.steps += draft->steps;
  };
  EXPECT_TRUE(assistant.draft_all(next, done, assistant.info().generation, {}));
  return drafts;
}

TEST_F(Checkpoint, StudiesThatAreDraftedTogetherGetTheirOwnTexts) {
  std::vector<std::string> alone;
  for (const int batch : {1, 2, 16}) {
    const auto assistant = *load_assistant(
        folder_,
        {.device = Device::kCpu, .dtype = NumberType::kFloat32, .threads = 1, .batch = batch});
    EXPECT_EQ(assistant->info().batch, batch);
    std::vector<DraftRequest> requests;
    for (int i = 0; i < 5; ++i) {
      requests.push_back(request(assistant->info().preprocess, static_cast<float>(50 * i)));
    }
    const auto texts = drafts_of(*assistant, requests).texts;
    if (batch == 1) alone = texts;
    EXPECT_EQ(texts, alone) << batch;
  }
}

TEST_F(Checkpoint, AStudyThatCannotBeDraftedDoesNotStopTheOthers) {
  const auto assistant = *load_assistant(folder_, {.device = Device::kCpu, .threads = 1});
  const DraftRequest good = request(assistant->info().preprocess, 70);
  DraftRequest bad = good;
  bad.films.clear();
  std::vector<DraftRequest> requests{good, bad, good};
  size_t given = 0;
  std::vector<bool> outcomes(3);
  const auto next = [&]() -> std::optional<DraftRequest> {
    if (given == requests.size()) return std::nullopt;
    return requests[given++];
  };
  const auto done = [&](size_t number, const Result<Draft>& draft) {
    outcomes[number] = draft.has_value();
  };
  EXPECT_TRUE(assistant->draft_all(next, done, assistant->info().generation, {}));
  EXPECT_EQ(outcomes, (std::vector<bool>{true, false, true}));
}

TEST_F(Checkpoint, StudiesInHandAreGivenUpWhenAskedTo) {
  const auto assistant =
      *load_assistant(folder_, {.device = Device::kCpu, .threads = 1, .batch = 2});
  int given = 0, done = 0;
  const auto next = [&]() -> std::optional<DraftRequest> {
    ++given;
    return request(assistant->info().preprocess, 70);
  };
  const auto count = [&](size_t, const Result<Draft>&) { ++done; };
  const auto stop = [&] { return given == 2; };
  EXPECT_TRUE(assistant->draft_all(next, count, assistant->info().generation, stop));
  EXPECT_EQ(given, 2);
  EXPECT_EQ(done, 0);
}

TEST_F(Checkpoint, GuessesSaveStepsAndChangeNoText) {
  const AssistantOptions plain{.device = Device::kCpu,
                               .dtype = NumberType::kFloat32,
                               .threads = 1,
                               .guesses = false,
                               .batch = 1};
  const auto without = *load_assistant(folder_, plain);
  const auto film = request(without->info().preprocess, 90);
  const Drafts expected = drafts_of(*without, {film});

  // What the decoder writes anyway, as somebody's report: nearly every guess is right.
  const auto info = write_guesses(folder_, {{expected.texts[0], ""}});
  ASSERT_TRUE(info) << info.error();
  EXPECT_EQ(info->texts, 1U);
  AssistantOptions guessing = plain;
  guessing.guesses = true;
  const auto with = load_assistant(folder_, guessing);
  ASSERT_TRUE(with) << with.error();
  const Drafts found = drafts_of(**with, {film});
  EXPECT_EQ(found.texts, expected.texts);
  EXPECT_LT(found.steps, expected.steps);
}

TEST_F(Checkpoint, AFileOfGuessesThatIsNoneIsRefused) {
  const auto refused = [&](const TensorMap& tensors) {
    ASSERT_TRUE(write_safetensors(folder_ / "guesses.safetensors", tensors));
    expect_refused("guesses.safetensors: expected int32 tensors `tokens` and `places`");
  };
  const Tensor tokens = at::zeros({3}, at::kInt);
  refused({{"tokens", tokens}});
  refused({{"tokens", tokens}, {"places", at::zeros({2}, at::kInt)}});
  refused({{"tokens", tokens}, {"places", at::tensor({0, 1, 1}).to(at::kInt)}});
  refused({{"tokens", tokens}, {"places", at::tensor({0, 1, 3}).to(at::kInt)}});
  refused({{"tokens", at::zeros({3})}, {"places", at::tensor({0, 1, 2}).to(at::kInt)}});
}

TEST_F(Checkpoint, AllTensorsThatDoNotFitAreListedTogether) {
  tensors_.erase("lm_head.bias");
  tensors_["model.mm_projector.0.weight"] = at::zeros({3, 3});
  tensors_["extra"] = at::zeros({1});
  save();
  expect_refused("missing lm_head.bias");
  expect_refused("model.mm_projector.0.weight has shape [3, 3]");
  expect_refused("unexpected extra");
}

TEST_F(Checkpoint, MissingFilesAreNamed) {
  for (const char* name :
       {"tokenizer.model", "preprocessor_config.json", "model.safetensors", "config.json"}) {
    std::filesystem::rename(folder_ / name, folder_ / "away");
    expect_refused(name);
    std::filesystem::rename(folder_ / "away", folder_ / name);
  }
  std::filesystem::remove_all(folder_);
  expect_refused("no such folder");
}

TEST_F(Checkpoint, ConfigurationsThatContradictAreRefused) {
  change_config([](json& config) { config["model_type"] = "gpt2"; });
  expect_refused("model_type is \"gpt2\"");
  change_config([](json& config) {
    config["model_type"] = "slava_cxr";
    config["views"] = {"oblique"};
  });
  expect_refused("oblique");
  change_config([](json& config) {
    config["views"] = {"frontal"};
    config["vision_config"]["image_size"] = 64;
  });
  expect_refused("preprocessor_config.json makes pictures of 32");
  change_config([](json& config) { config["text_config"].erase("hidden_size"); });
  expect_refused("hidden_size is missing");
  change_config([](json& config) { config["text_config"] = 7; });
  expect_refused("text_config");
  std::ofstream(folder_ / "config.json") << "{";
  expect_refused("expected a JSON object");
}

TEST_F(Checkpoint, CudaThatIsNotThereIsAUsageError) {
  const auto assistant = load_assistant(folder_, {.device = Device::kCuda, .threads = 1});
  if (assistant) GTEST_SKIP() << "this machine has CUDA";
  EXPECT_EQ(assistant.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(assistant.error().message, HasSubstr("--device cpu"));
}

}  // namespace
}  // namespace slava
