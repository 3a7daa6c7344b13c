// Complete checkpoints in the published layouts, against what the reference implementations
// computed from them (tests/golden/checkpoints, scripts/make_golden.py): stage by stage, so that
// the first wrong one is named, and the program's own way from film to tokens.
#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <functional>
#include <nlohmann/json.hpp>
#include <set>

#include "assistant/assistant.h"
#include "assistant/loaded_checkpoint.h"
#include "base/file.h"
#include "base/strings.h"
#include "decoder/generate.h"
#include "image/image.h"
#include "nn/safetensors.h"
#include "preprocess/preprocess.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

const fs::path kFolder = SLAVA_SOURCE_DIR "/tests/golden/checkpoints";

std::vector<std::string> layouts() {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(kFolder)) {
    if (fs::exists(entry.path() / "expected.json")) names.insert(entry.path().filename().string());
  }
  return {names.begin(), names.end()};
}

AssistantOptions options_for(const std::string& preset, NumberType dtype = NumberType::kFloat32) {
  AssistantOptions options;
  options.device = Device::kCpu;
  options.dtype = dtype;
  options.threads = 1;
  options.preset = preset == "checkpoint" ? "" : preset;
  return options;
}

double relative_error(const Tensor& found, const Tensor& expected) {
  return ((found - expected).abs().max() / expected.abs().max()).item<double>();
}

class GoldenCheckpoint : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    folder_ = kFolder / GetParam();
    const auto text = read_file(folder_ / "expected.json");
    ASSERT_TRUE(text) << text.error();
    golden_ = json::parse(*text);
    auto tensors = read_safetensors(folder_ / "expected.safetensors");
    ASSERT_TRUE(tensors) << tensors.error();
    expected_ = *std::move(tensors);
  }

  ModelPixels pixels_of(const std::string& film, const PreprocessConfig& config) const {
    const fs::path path = folder_ / golden_["films"][film].get<std::string>();
    const auto image = load_image(path, FilmFormat::kPng);
    EXPECT_TRUE(image) << image.error();
    return preprocess(*image, config);
  }

  fs::path folder_;
  json golden_;
  TensorMap expected_;
};

// One run of the reference through one loaded checkpoint; false at the first wrong stage.
class Stages {
 public:
  Stages(const LoadedCheckpoint& loaded, const TensorMap& expected, const json& run)
      : loaded_(loaded), expected_(expected), run_(run) {}

  bool agree(const ModelPixels& film) const {
    const at::NoGradGuard no_grad;
    const std::string picture =
        cat(run_["film"].get<std::string>(), ".", run_["fit"].get<std::string>());
    const Tensor pixels = to_tensor({&film});
    // The largest standard deviation makes the tolerance one grey level of 255 at most.
    const double level = 1.0 / (255 * loaded_.info.preprocess.std[0]);
    const Tensor reference = expected_.at("pixels." + picture);
    const double difference = (pixels[0] - reference).abs().max().item<double>();
    if (difference > level) return wrong("pixels", difference);
    // Each stage gets the reference's input, so that it answers for itself alone.
    const Tensor features = loaded_.model.vision->encode(reference.unsqueeze(0), Pass::kInference);
    if (!near("vision." + picture, features[0])) return false;
    const Tensor seen = expected_.at("vision." + picture).unsqueeze(0);
    if (!near("projected." + picture, loaded_.model.projector->project(seen)[0])) return false;
    return decoder_agrees(expected_.at("projected." + picture).unsqueeze(0));
  }

 private:
  bool decoder_agrees(const Tensor& image_tokens) const {
    const auto parts = tokenize_prompt(run_["prompt"].get<std::string>(), *loaded_.tokenizer,
                                       loaded_.prompt_tokens);
    if (ids_of(parts) != run_["ids"]) return wrong("prompt ids", 0);
    Prompt prompt{embed_prompt(*loaded_.model.decoder, parts, image_tokens).unsqueeze(0), {}};
    if (prompt.embeddings.size(1) != run_["prompt_tokens"]) return wrong("prompt length", 0);
    const Tensor hidden = loaded_.model.decoder->forward(prompt.embeddings, {}, Pass::kInference);
    const Tensor logits = loaded_.model.decoder->logits(hidden)[0];
    const std::string name = run_["name"].get<std::string>();
    if (expected_.contains("logits_all." + name) && !near("logits_all." + name, logits)) {
      return false;
    }
    return near("logits." + name, logits[-1]);
  }

  // Ids before, between and behind the films.
  static json ids_of(const std::vector<PromptPart>& parts) {
    json ids = json::array({json::array()});
    for (const PromptPart& part : parts) {
      if (part.film >= 0) ids.push_back(json::array());
      for (const int64_t id : part.ids) ids.back().push_back(id);
    }
    return ids;
  }

  bool near(const std::string& name, const Tensor& found) const {
    const Tensor expected = expected_.at(name);
    if (found.sizes() != expected.sizes()) return wrong(name + " (shape)", 0);
    const double error = relative_error(found, expected);
    return error <= 1e-4 || wrong(name, error);
  }

  bool wrong(const std::string& stage, double error) const {
    ADD_FAILURE() << run_["name"] << ": first wrong stage: " << stage << ", error " << error;
    return false;
  }

  const LoadedCheckpoint& loaded_;
  const TensorMap& expected_;
  const json& run_;
};

TEST_P(GoldenCheckpoint, EveryStageAgreesWithTheReference) {
  size_t seen = 0;
  for (const std::string preset : {"checkpoint", "upstream-eval"}) {
    std::optional<LoadedCheckpoint> loaded;
    for (const json& run : golden_["runs"]) {
      if (run["preset"] != preset) continue;
      if (!loaded) {
        auto result = load_checkpoint(folder_, options_for(preset));
        ASSERT_TRUE(result) << result.error();
        loaded = *std::move(result);
      }
      const Stages stages(*loaded, expected_, run);
      EXPECT_TRUE(stages.agree(pixels_of(run["film"], loaded->info.preprocess)));
      ++seen;
    }
  }
  EXPECT_EQ(seen, golden_["runs"].size());
}

TEST_P(GoldenCheckpoint, WritesTheReferencesTokensFromTheFilm) {
  for (const std::string preset : {"checkpoint", "upstream-eval"}) {
    std::unique_ptr<Assistant> assistant;
    for (const json& run : golden_["runs"]) {
      if (run["preset"] != preset) continue;
      if (!assistant) {
        auto loaded = load_assistant(folder_, options_for(preset));
        ASSERT_TRUE(loaded) << loaded.error();
        assistant = *std::move(loaded);
      }
      const std::vector<FilmPixels> films = {
          {View::kFrontal, pixels_of(run["film"], assistant->info().preprocess)}};
      // The second time with the whole prompt, verbatim; it shares all but the last token.
      const std::vector<Question> questions = {{run["question"], ""}, {"", run["prompt"]}};
      GenerationOptions generation = assistant->info().generation;
      EXPECT_EQ(generation.no_repeat_ngram, run["no_repeat_ngram_size"]);
      generation.max_new_tokens = run["max_new_tokens"];
      const auto replies = assistant->ask(films, questions, generation);
      ASSERT_TRUE(replies) << replies.error();
      const Reply& reply = replies->front();
      EXPECT_EQ(json(reply.tokens), run["tokens"]) << run["name"];
      EXPECT_EQ(reply.prompt_tokens, run["prompt_tokens"]);
      // Random weights write broken UTF-8, which transformers' own versions show differently.
      const std::string text(trim(run["text"].get<std::string>()));
      if (text.find("\uFFFD") == std::string::npos) {
        EXPECT_EQ(reply.text, text) << run["name"];
      }
      EXPECT_EQ(replies->back().shared_tokens, reply.prompt_tokens - 1);
      EXPECT_EQ(replies->back().tokens, reply.tokens);
    }
  }
}

// How much of the reference's tokens is written in `dtype` until the first difference; printed.
void count_agreement(const std::string& name, const fs::path& folder, const json& golden,
                     const char* type_name, NumberType dtype,
                     const std::function<ModelPixels(const json&, const PreprocessConfig&)>& film) {
  auto loaded = load_assistant(folder, options_for("", dtype));
  ASSERT_TRUE(loaded) << loaded.error();
  EXPECT_EQ((*loaded)->info().dtype, type_name);
  size_t same = 0;
  size_t all = 0;
  for (const json& run : golden["runs"]) {
    if (run["preset"] != "checkpoint") continue;
    const std::vector<FilmPixels> films = {
        {View::kFrontal, film(run["film"], (*loaded)->info().preprocess)}};
    GenerationOptions generation = (*loaded)->info().generation;
    generation.max_new_tokens = run["max_new_tokens"];
    const auto replies = (*loaded)->ask(films, {{run["question"], ""}}, generation);
    ASSERT_TRUE(replies) << replies.error();
    const Reply* reply = &replies->front();
    const auto expected = run["tokens"].get<std::vector<int64_t>>();
    size_t first = 0;
    while (first < expected.size() && first < reply->tokens.size() &&
           reply->tokens[first] == expected[first]) {
      ++first;
    }
    same += first;
    all += expected.size();
  }
  // Random weights decide between near-equal tokens all the time: a figure, not a bound.
  std::printf("%s: %s keeps %zu of %zu tokens up to the first difference\n", name.c_str(),
              type_name, same, all);
  EXPECT_GT(same, 0U);
}

TEST_P(GoldenCheckpoint, SmallerNumberTypesStayFiniteAndTheirAgreementIsPrinted) {
  const auto film = [this](const json& name, const PreprocessConfig& config) {
    return pixels_of(name, config);
  };
  count_agreement(GetParam(), folder_, golden_, "bfloat16", NumberType::kBfloat16, film);
  count_agreement(GetParam(), folder_, golden_, "int8", NumberType::kInt8, film);
}

INSTANTIATE_TEST_SUITE_P(Layouts, GoldenCheckpoint, testing::ValuesIn(layouts()),
                         [](const auto& info) {
                           std::string name = info.param;
                           for (char& c : name) {
                             if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
                           }
                           return name;
                         });

TEST(GoldenCheckpoints, HoldEveryPublishedLayout) {
  const auto found = layouts();
  for (const char* layout :
       {"llava-new-names", "llava-old-names", "llava_phi-fused", "llava_phi-split"}) {
    EXPECT_TRUE(std::ranges::count(found, layout) == 1) << layout;
  }
}

}  // namespace
}  // namespace slava
