#include "quantize/quantize.h"

#include <ATen/core/grad_mode.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "assistant/loaded_checkpoint.h"
#include "base/file.h"
#include "base/strings.h"
#include "nn/int8_linear.h"
#include "nn/weight_files.h"
#include "quantize/smoothing.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const fs::path kCheckpoints = SLAVA_SOURCE_DIR "/tests/golden/checkpoints";

AssistantOptions options_of(NumberType dtype) {
  AssistantOptions options;
  options.device = Device::kCpu;
  options.dtype = dtype;
  options.threads = 1;
  return options;
}

// Films with a bright stripe each, in another place.
std::vector<DraftRequest> studies(const PreprocessConfig& config, int count) {
  std::vector<DraftRequest> requests;
  for (int i = 0; i < count; ++i) {
    Image image;
    image.width = 40;
    image.height = 40;
    image.display.width = image.display.height = 40;
    for (int p = 0; p < 1600; ++p) {
      image.values.push_back(p % 40 / 8 == i % 5 ? 200.0F : static_cast<float>(p % 17));
      image.display.pixels.push_back(static_cast<uint8_t>(image.values.back()));
    }
    DraftRequest request;
    request.films.push_back({View::kFrontal, preprocess(image, config)});
    requests.push_back(std::move(request));
  }
  return requests;
}

class Quantize : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    options_.model = kCheckpoints / GetParam();
    options_.output = folder_ / "int8";
    options_.assistant = options_of(NumberType::kFloat32);
    const auto info = describe_checkpoint(options_.model, options_.assistant);
    ASSERT_TRUE(info) << info.error();
    studies_ = studies(info->preprocess, 3);
  }

  TemporaryFolder folder_;
  QuantizeOptions options_;
  std::vector<DraftRequest> studies_;
};

TEST_P(Quantize, TheResultLoadsInEightBitAndTellsWhatItCost) {
  const auto result = quantize_checkpoint(options_, studies_, [](const std::string&) {});
  ASSERT_TRUE(result) << result.error();
  EXPECT_GT(result->layers, 0U);
  EXPECT_GT(result->smoothed, 0U);
  EXPECT_LT(result->bytes, result->source_bytes);
  EXPECT_EQ(result->cost.studies, 3U);
  EXPECT_GT(result->cost.tokens, 0U);
  EXPECT_GT(result->cost.kl_divergence, 0);
  EXPECT_LT(result->cost.kl_divergence, 0.1);
  EXPECT_GT(result->cost.greedy_agreement, 0.5);

  const auto config = nlohmann::json::parse(*read_file(options_.output / "config.json"));
  EXPECT_EQ(config["quantization"]["kl_divergence"], result->cost.kl_divergence);
  EXPECT_THAT(*read_file(options_.output / "README.md"), HasSubstr("KL divergence"));

  // Without being told; and what is not asked to be in 8 bit gets its numbers back.
  for (const auto& [dtype, name] :
       {std::pair{NumberType::kAuto, "int8"}, std::pair{NumberType::kFloat32, "float32"}}) {
    const auto assistant = load_assistant(options_.output, options_of(dtype));
    ASSERT_TRUE(assistant) << assistant.error();
    EXPECT_EQ((*assistant)->info().dtype, name);
    EXPECT_TRUE((*assistant)->draft(studies_[0], (*assistant)->info().generation));
  }
}

TEST_P(Quantize, InFourBitTheDecodersBlocksTakeHalfOfThat) {
  options_.bits = 4;
  const auto result = quantize_checkpoint(options_, studies_, [](const std::string&) {});
  ASSERT_TRUE(result) << result.error();
  EXPECT_GT(result->layers, 0U);
  EXPECT_GT(result->cost.kl_divergence, 0);
  EXPECT_LT(result->cost.kl_divergence, 2);
  EXPECT_THAT(*read_file(options_.output / "README.md"), HasSubstr("## In 4 bit"));

  auto tensors = read_weights(options_.output);
  ASSERT_TRUE(tensors) << tensors.error();
  for (const auto& [name, tensor] : *tensors) {
    if (!name.ends_with("_panels") && !name.ends_with("_panels4")) continue;
    const bool vision = name.find("vision") != std::string::npos;
    EXPECT_EQ(name.ends_with("4"), !vision && name.find(".layers.") != std::string::npos) << name;
  }
  for (const auto& [dtype, name] :
       {std::pair{NumberType::kAuto, "int4"}, std::pair{NumberType::kFloat32, "float32"}}) {
    const auto assistant = load_assistant(options_.output, options_of(dtype));
    ASSERT_TRUE(assistant) << assistant.error();
    EXPECT_EQ((*assistant)->info().dtype, name);
    EXPECT_TRUE((*assistant)->draft(studies_[0], (*assistant)->info().generation));
  }
}

TEST_P(Quantize, InFourBitWithoutSmoothingItIsWhatDtypeInt4Computes) {
  options_.bits = 4;
  options_.smoothing = 0;
  ASSERT_TRUE(quantize_checkpoint(options_, studies_, [](const std::string&) {}));
  std::vector<std::string> texts;
  for (const fs::path& model : {options_.model, options_.output}) {
    const auto assistant = load_assistant(model, options_of(NumberType::kInt4));
    ASSERT_TRUE(assistant) << assistant.error();
    const auto draft = (*assistant)->draft(studies_[0], (*assistant)->info().generation);
    ASSERT_TRUE(draft) << draft.error();
    texts.push_back(draft->raw_text);
  }
  EXPECT_EQ(texts[0], texts[1]);
}

TEST_P(Quantize, TheWordsOfReportsAreNotCarriedOn) {
  const fs::path model = folder_ / "model";
  fs::copy(options_.model, model);
  ASSERT_TRUE(write_guesses(model, {{"The heart is large.", "Cardiomegaly."}}));
  options_.model = model;
  ASSERT_TRUE(quantize_checkpoint(options_, studies_, [](const std::string&) {}));
  EXPECT_TRUE(fs::exists(model / "guesses.safetensors"));
  EXPECT_FALSE(fs::exists(options_.output / "guesses.safetensors"));
  EXPECT_TRUE(fs::exists(options_.output / "preprocessor_config.json"));
}

TEST_P(Quantize, SmoothingAloneChangesNothingThatTheModelComputes) {
  const at::InferenceMode inference;
  const auto source = load_checkpoint(options_.model, options_.assistant, {.observe_inputs = true});
  ASSERT_TRUE(source) << source.error();
  const Tensor ids = at::arange(5, 25, at::kLong).unsqueeze(0);
  const auto logits = [&](const LoadedCheckpoint& checkpoint) {
    const Decoder& decoder = *checkpoint.model.decoder;
    return decoder.logits(decoder.forward(decoder.embed(ids), {}, Pass::kInference));
  };
  const Tensor expected = logits(*source);

  auto tensors = read_weights(options_.model);
  ASSERT_TRUE(tensors) << tensors.error();
  for (auto& [name, tensor] : *tensors) tensor = tensor.to(at::kFloat);
  EXPECT_GT(smooth(source->ranges, 0.5, *tensors), 0U);
  LoadedCheckpoint smoothed;
  ParameterBinder binder(*tensors, Missing::kIsError, 0, at::kCPU, at::kFloat);
  auto model = build_model(source->config, binder);
  ASSERT_TRUE(model) << model.error();
  smoothed.model = *std::move(model);
  const Tensor found = logits(smoothed);
  EXPECT_LT(((found - expected).abs().max() / expected.abs().max()).item<double>(), 1e-4);
}

TEST_P(Quantize, NothingIsLeftBehindWhereItCannotBeDone) {
  fs::create_directories(options_.output);
  const auto refused = quantize_checkpoint(options_, studies_, [](const std::string&) {});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(refused.error().message, HasSubstr("expected a new folder"));
  fs::remove_all(options_.output);
  EXPECT_FALSE(quantize_checkpoint(options_, {}, [](const std::string&) {}));
  studies_[1].films.clear();
  EXPECT_FALSE(quantize_checkpoint(options_, studies_, [](const std::string&) {}));
  EXPECT_TRUE(fs::is_empty(folder_.path()));
}

INSTANTIATE_TEST_SUITE_P(Layouts, Quantize,
                         testing::Values("llava-new-names", "llava_phi-split", "llava_phi-fused"),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace slava
