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

TEST_F(Checkpoint, TheSameFilmGivesTheSameTextAndBfloat16Runs) {
  for (const NumberType dtype : {NumberType::kFloat32, NumberType::kBfloat16}) {
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
