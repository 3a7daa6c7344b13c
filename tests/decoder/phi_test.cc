// Against transformers' PhiForCausalLM (scripts/make_golden.py): logits and greedy tokens.
#include "decoder/phi.h"

#include <ATen/core/grad_mode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <numeric>

#include "decoder/fixed_step.h"
#include "decoder/generate.h"
#include "nn/safetensors.h"

namespace slava {
namespace {

using nlohmann::json;

class Phi : public testing::Test {
 protected:
  void SetUp() override {
    const std::filesystem::path folder = SLAVA_SOURCE_DIR "/tests/golden/phi";
    std::ifstream in(folder / "golden.json");
    golden_ = json::parse(in);
    load(at::kFloat);
  }

  void load(at::ScalarType dtype) {
    auto tensors = read_safetensors(SLAVA_SOURCE_DIR "/tests/golden/phi/model.safetensors");
    ASSERT_TRUE(tensors) << tensors.error();
    ParameterBinder binder(*std::move(tensors), Missing::kIsError, 0, at::kCPU, dtype);
    auto made = make_decoder(golden_["text_config"], binder);
    ASSERT_TRUE(made) << made.error();
    ASSERT_TRUE(binder.finish("golden")) << binder.finish("golden").error();
    decoder_ = *std::move(made);
  }

  Tensor prompt() const {  // [1, T, D]
    return decoder_->embed(at::tensor(golden_["prompt"].get<std::vector<int64_t>>(), at::kLong))
        .unsqueeze(0);
  }

  static void expect_near(const Tensor& logits, const json& expected) {
    const Tensor e = at::tensor(expected.get<std::vector<double>>(), at::kDouble);
    const double error = ((logits.to(at::kDouble) - e).abs().max() / e.abs().max()).item<double>();
    EXPECT_LT(error, 1e-4);
  }

  json golden_;
  std::unique_ptr<Decoder> decoder_;
};

TEST_F(Phi, LogitsEqualTheReference) {
  const at::NoGradGuard no_grad;
  const Tensor hidden = decoder_->forward(prompt(), {}, Pass::kInference);
  const Tensor logits = decoder_->logits(hidden)[0];
  expect_near(logits[0], golden_["first_logits"]);
  expect_near(logits[-1], golden_["last_logits"]);
}

TEST_F(Phi, GreedyTokensEqualTheReference) {
  GenerationOptions options;
  const auto expected = golden_["tokens"].get<std::vector<int64_t>>();
  options.max_new_tokens = static_cast<int>(expected.size());
  const Generation generation = generate(*decoder_, {prompt(), {}, {}, {}, options}, {});
  EXPECT_EQ(generation.tokens, expected);
  EXPECT_FALSE(generation.ended);
}

TEST_F(Phi, TheCacheGivesWhatAWholePassGives) {
  const at::NoGradGuard no_grad;
  const Tensor all = prompt();
  const Tensor whole = decoder_->forward(all, {}, Pass::kInference);
  KeyValueCache cache = decoder_->make_cache(16);
  decoder_->forward(all.narrow(1, 0, 4), {&cache}, Pass::kInference);
  for (int64_t t = 4; t < all.size(1); ++t) {
    const Tensor step = decoder_->forward(all.narrow(1, t, 1), {&cache}, Pass::kInference);
    EXPECT_TRUE(at::allclose(step[0][0], whole[0][t], 1e-4, 1e-4)) << t;
  }
  EXPECT_EQ(cache.length, all.size(1));
}

TEST_F(Phi, SeveralTokensBehindACacheSeeWhatAWholePassSees) {
  const at::NoGradGuard no_grad;
  const Tensor all = prompt();
  const Tensor whole = decoder_->forward(all, {}, Pass::kInference);
  KeyValueCache cache = decoder_->make_cache(all.size(1));
  decoder_->forward(all.narrow(1, 0, 3), {&cache}, Pass::kInference);
  const Tensor rest = decoder_->forward(all.slice(1, 3), {&cache}, Pass::kInference);
  EXPECT_TRUE(at::allclose(rest, whole.slice(1, 3), 1e-4, 1e-4));
}

TEST_F(Phi, ACacheInEightBitGivesNearlyWhatAWholePassGives) {
  const at::NoGradGuard no_grad;
  const Tensor all = prompt();
  const Tensor whole = decoder_->forward(all, {}, Pass::kInference);
  const uint64_t plain = decoder_->make_cache(all.size(1)).bytes();
  decoder_->keep_cache_in(CacheNumbers::kInt8);
  KeyValueCache cache = decoder_->make_cache(all.size(1));
  EXPECT_LT(cache.bytes(), plain / 2);
  const Tensor first = decoder_->forward(all.narrow(1, 0, 3), {&cache}, Pass::kInference);
  EXPECT_TRUE(at::allclose(first, whole.narrow(1, 0, 3), 1e-4, 1e-4)) << "nothing came from it yet";
  const double size = whole.abs().max().item<double>();
  for (int64_t t = 3; t < all.size(1); ++t) {
    const Tensor step = decoder_->forward(all.narrow(1, t, 1), {&cache}, Pass::kInference);
    EXPECT_LT((step[0][0] - whole[0][t]).abs().max().item<double>(), 0.03 * size) << t;
  }
  // Many tokens at once behind it.
  cache.length = 3;
  const Tensor rest = decoder_->forward(all.slice(1, 3), {&cache}, Pass::kInference);
  EXPECT_LT((rest - whole.slice(1, 3)).abs().max().item<double>(), 0.03 * size);
}

// Prompts one after the other; what was written to each.
class Prompts : public GenerationJob {
 public:
  Prompts(std::vector<Prompt> prompts, std::vector<Generation>& answers)
      : prompts_(std::move(prompts)), answers_(answers) {}
  std::optional<Prompt> next(const Generation* answer) override {
    if (answer != nullptr) answers_.push_back(*answer);
    if (given_ == prompts_.size()) return std::nullopt;
    return prompts_[given_++];
  }

 private:
  std::vector<Prompt> prompts_;
  std::vector<Generation>& answers_;
  size_t given_ = 0;
};

// Jobs of prompts each, `sequences` at a time: their answers.
using FixedPlaces = GenerationSetup::FixedPlaces;
std::vector<std::vector<Generation>> answers_to(const Decoder& decoder,
                                                const std::vector<std::vector<Prompt>>& jobs,
                                                int64_t sequences,
                                                FixedPlaces places = FixedPlaces::kNever) {
  std::vector<std::vector<Generation>> answers(jobs.size());
  size_t given = 0;
  const NextJob next_job = [&]() -> std::unique_ptr<GenerationJob> {
    if (given == jobs.size()) return nullptr;
    const size_t place = given++;
    return std::make_unique<Prompts>(jobs[place], answers[place]);
  };
  generate_all(decoder, next_job, {.sequences = sequences, .fixed_places = places});
  return answers;
}

TEST_F(Phi, ASharedPrefixIsNotComputedAgainAndChangesNoToken) {
  GenerationOptions options;
  options.max_new_tokens = 6;
  const int64_t length = prompt().size(1);
  std::vector<int64_t> positions(static_cast<size_t>(length));
  std::iota(positions.begin(), positions.end(), int64_t{100});
  const Prompt first{prompt(), {}, {}, positions, options};

  // Another ending behind the first five tokens.
  const at::NoGradGuard no_grad;
  Prompt other = first;
  other.embeddings = prompt().clone();
  other.embeddings.slice(1, 5).copy_(other.embeddings.slice(1, 5).flip(1).clone());
  std::reverse(other.positions.begin() + 5, other.positions.end());
  other.options.max_new_tokens = 8;  // needs more room than the first
  const Generation alone = generate(*decoder_, other, {});

  // The last is the second once more: all but its last token is shared.
  for (const FixedPlaces places : {FixedPlaces::kNever, FixedPlaces::kAlways}) {
    const auto answers = answers_to(*decoder_, {{first, other, other}}, 1, places)[0];
    ASSERT_EQ(answers.size(), 3U);
    EXPECT_EQ(answers[0].shared_tokens, 0);
    EXPECT_EQ(answers[1].shared_tokens, 5);
    EXPECT_EQ(answers[1].tokens, alone.tokens);
    EXPECT_EQ(answers[2].shared_tokens, length - 1);
    EXPECT_EQ(answers[2].tokens, alone.tokens);
  }
}

TEST_F(Phi, TextsOfDifferentLengthsDoNotDisturbEachOther) {
  const at::NoGradGuard no_grad;
  std::vector<std::vector<Prompt>> jobs;
  for (int64_t i = 0; i < 5; ++i) {
    GenerationOptions options;
    options.max_new_tokens = static_cast<int>(3 + 2 * i);
    jobs.push_back({{prompt().slice(1, i).clone(), {}, {}, {}, options}});
  }
  const auto alone = answers_to(*decoder_, jobs, 1);
  for (const int64_t sequences : {2, 3, 8}) {
    for (const FixedPlaces places : {FixedPlaces::kNever, FixedPlaces::kAlways}) {
      const auto together = answers_to(*decoder_, jobs, sequences, places);
      for (size_t i = 0; i < jobs.size(); ++i) {
        EXPECT_EQ(together[i][0].tokens, alone[i][0].tokens) << i << " of " << sequences;
      }
    }
  }
}

TEST_F(Phi, APromptInPiecesIsContinuedAsInOne) {
  GenerationOptions options;
  options.max_new_tokens = 6;
  const Prompt whole{prompt(), {}, {}, {}, options};
  const Generation expected = generate(*decoder_, whole, {});
  for (const int64_t longest : {1, 3, 4, 100}) {
    std::vector<Generation> answers;
    std::unique_ptr<GenerationJob> job =
        std::make_unique<Prompts>(std::vector<Prompt>{whole}, answers);
    const NextJob next_job = [&] { return std::exchange(job, nullptr); };
    generate_all(*decoder_, next_job, {.sequences = 1, .longest_piece = longest});
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].tokens, expected.tokens) << longest;
  }
}

TEST_F(Phi, AStepAtFixedPlacesIsThatOfEachSequence) {
  const at::NoGradGuard no_grad;
  FixedStep step(*decoder_, 3, 16);
  // Of the three places the middle one has no sequence.
  const std::vector<int64_t> lengths{5, 0, 9}, tokens{7, 0, 11};
  std::vector<Tensor> expected(3);
  for (const size_t b : {0U, 2U}) {
    KeyValueCache own = decoder_->make_cache(16), place = step.place(static_cast<int64_t>(b));
    const Tensor before = prompt().narrow(1, 0, lengths[b]);
    decoder_->forward(before, {&own}, Pass::kInference);
    decoder_->forward(before, {&place}, Pass::kInference);
    const Tensor next = decoder_->embed(at::tensor({tokens[b]}, at::kLong).unsqueeze(0));
    expected[b] = decoder_->logits(decoder_->forward(next, {&own}, Pass::kInference)[0][0]);
  }
  const Tensor logits = step.run(tokens, lengths);
  EXPECT_EQ(logits.sizes(), (std::vector<int64_t>{3, decoder_->vocabulary()}));
  for (const int64_t b : {0, 2}) {
    EXPECT_TRUE(at::allclose(logits[b], expected[static_cast<size_t>(b)], 1e-4, 1e-4)) << b;
  }
}

TEST_F(Phi, ATokenDoesNotSeeWhatFollows) {
  const at::NoGradGuard no_grad;
  Tensor changed = prompt().clone();
  changed[0][7] += at::linspace(-1, 1, decoder_->width());
  const Tensor before = decoder_->forward(prompt(), {}, Pass::kInference);
  const Tensor after = decoder_->forward(changed, {}, Pass::kInference);
  EXPECT_TRUE(at::allclose(before.narrow(1, 0, 7), after.narrow(1, 0, 7), 1e-5, 1e-5));
  EXPECT_FALSE(at::allclose(before.narrow(1, 7, 1), after.narrow(1, 7, 1), 1e-3, 1e-3));
}

TEST_F(Phi, Bfloat16StaysNearFloat32AndFinite) {
  const at::NoGradGuard no_grad;
  const Tensor exact = decoder_->logits(decoder_->forward(prompt(), {}, Pass::kInference));
  load(at::kBFloat16);
  const Tensor rough = decoder_->logits(decoder_->forward(prompt(), {}, Pass::kInference));
  EXPECT_EQ(rough.scalar_type(), at::kFloat);
  EXPECT_TRUE(rough.isfinite().all().item<bool>());
  EXPECT_LT(((rough - exact).abs().max() / exact.abs().max()).item<double>(), 0.1);
}

TEST_F(Phi, DropoutChangesTrainingOnly) {
  const at::NoGradGuard no_grad;
  json config = golden_["text_config"];
  config["resid_pdrop"] = 0.5;
  ParameterBinder binder({}, Missing::kIsInitialised, 1, at::kCPU, at::kFloat);
  const auto decoder = *make_decoder(config, binder);
  const Tensor x = at::randn({1, 5, decoder->width()});
  const auto run = [&](Pass pass) { return decoder->forward(x, {}, pass); };
  EXPECT_TRUE(at::equal(run(Pass::kInference), run(Pass::kInference)));
  EXPECT_FALSE(at::equal(run(Pass::kTraining), run(Pass::kTraining)));
}

TEST(PhiConfig, NamesEveryKeyThatIsWrong) {
  const auto parsed = parse_phi_config(json{{"hidden_size", "wide"}, {"num_hidden_layers", 2}});
  ASSERT_FALSE(parsed);
  for (const char* key :
       {"hidden_size", "intermediate_size", "num_attention_heads", "vocab_size"}) {
    EXPECT_NE(parsed.error().message.find(key), std::string::npos) << key;
  }
}

TEST(PhiConfig, RefusesHeadsThatDoNotDivideTheWidth) {
  const auto parsed = parse_phi_config(json{{"hidden_size", 30},
                                            {"intermediate_size", 60},
                                            {"num_hidden_layers", 1},
                                            {"num_attention_heads", 4},
                                            {"vocab_size", 10}});
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().message.find("30"), std::string::npos);
}

}  // namespace
}  // namespace slava
