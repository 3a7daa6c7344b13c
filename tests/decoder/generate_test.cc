#include "decoder/generate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slava {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Says 1, 2, 3, ... whatever it is asked: the hidden state is the last token's id plus one.
class CountingDecoder : public Decoder {
 public:
  Tensor embed(const Tensor& ids) const override { return ids.unsqueeze(-1).to(at::kFloat); }
  Tensor forward(const Tensor& embeddings, const KeyValueCaches& caches, Pass) const override {
    for (KeyValueCache* cache : caches) cache->length += embeddings.size(1);
    return embeddings + 1;
  }
  Tensor logits(const Tensor& hidden) const override {
    Tensor logits = at::zeros({hidden.size(0), vocabulary()});
    for (int64_t b = 0; b < hidden.size(0); ++b) logits[b][hidden[b][0].item<int64_t>() % 10] = 5;
    return logits;
  }
  CacheShape cache_shape() const override { return {}; }
  int64_t width() const override { return 1; }
  int64_t vocabulary() const override { return 10; }
  int64_t max_tokens() const override { return 12; }
};

Prompt prompt(int64_t tokens, const GenerationOptions& options = {},
              std::vector<int64_t> ids = {}) {
  return {at::zeros({1, tokens, 1}), std::move(ids), {}, {}, options};
}

TEST(Generate, WritesUntilAnEndTokenComes) {
  const Generation generation = generate(CountingDecoder(), prompt(2), {4});
  EXPECT_THAT(generation.tokens, ElementsAre(1, 2, 3));
  EXPECT_TRUE(generation.ended);
}

TEST(Generate, StopsAtMaxNewTokensAndSaysSo) {
  GenerationOptions options;
  options.max_new_tokens = 2;
  const Generation generation = generate(CountingDecoder(), prompt(2, options), {9});
  EXPECT_THAT(generation.tokens, ElementsAre(1, 2));
  EXPECT_FALSE(generation.ended);
}

TEST(Generate, NeverWritesBehindTheModelsLastPosition) {
  const Generation generation = generate(CountingDecoder(), prompt(9), {9});
  EXPECT_EQ(generation.tokens.size(), 3U);
  EXPECT_FALSE(generation.ended);
}

TEST(Generate, NgramsOfThePromptMayNotComeAgainEither) {
  GenerationOptions options;
  options.max_new_tokens = 3;
  options.no_repeat_ngram = 3;
  // Behind 1 2 the 3 is forbidden, since the prompt has 1 2 3; the first of the others is taken.
  EXPECT_THAT(generate(CountingDecoder(), prompt(5, options, {1, 2, 3, 8, -200}), {}).tokens,
              ElementsAre(1, 2, 0));
}

TEST(RepeatedNgrams, BansWhatWouldCompleteAKnownOne) {
  EXPECT_THAT(repeated_ngram_tokens({1, 2, 3, 1, 2}, 3), ElementsAre(3));
  EXPECT_THAT(repeated_ngram_tokens({1, 2, 1, 3, 1}, 2), ElementsAre(2, 3));
  EXPECT_THAT(repeated_ngram_tokens({5, 6}, 1), ElementsAre(5, 6));
  EXPECT_THAT(repeated_ngram_tokens({1, 2}, 3), IsEmpty());
  EXPECT_THAT(repeated_ngram_tokens({1, 2, 1, 2}, 0), IsEmpty());
}

TEST(ChooseToken, GreedyTakesTheLargestThatIsNotBanned) {
  const Tensor logits = at::tensor({0.0F, 3.0F, 2.0F});
  EXPECT_EQ(choose_token(logits, {}, {}, 0), 1);
  GenerationOptions options;
  options.no_repeat_ngram = 1;
  EXPECT_EQ(choose_token(logits, {1}, options, 0), 2);
  EXPECT_EQ(logits[1].item<float>(), 3.0F) << "the caller's logits stay as they are";
}

TEST(ChooseToken, TheNucleusLeavesOutTheUnlikely) {
  GenerationOptions options;
  options.temperature = 1;
  options.top_p = 0.6;
  const Tensor logits = at::log(at::tensor({0.1F, 0.5F, 0.4F}));
  // 0.5 alone does not reach 0.6, so two tokens are in; each draw falls on one of them.
  for (const double uniform : {0.0, 0.3, 0.55, 0.6, 0.99}) {
    EXPECT_NE(choose_token(logits, {}, options, uniform), 0) << uniform;
  }
  EXPECT_EQ(choose_token(logits, {}, options, 0.1), 1);
  EXPECT_EQ(choose_token(logits, {}, options, 0.9), 2);
  options.top_p = 0.4;
  EXPECT_EQ(choose_token(logits, {}, options, 0.99), 1);
}

TEST(Generate, TheSameSeedDrawsTheSameText) {
  GenerationOptions options;
  options.temperature = 3;
  options.max_new_tokens = 9;
  options.seed = 5;
  const auto first = generate(CountingDecoder(), prompt(2, options), {}).tokens;
  EXPECT_EQ(generate(CountingDecoder(), prompt(2, options), {}).tokens, first);
  bool differs = false;
  for (uint64_t seed = 6; seed < 12 && !differs; ++seed) {
    options.seed = seed;
    differs = generate(CountingDecoder(), prompt(2, options), {}).tokens != first;
  }
  EXPECT_TRUE(differs);
}

// Guesses that go on counting, one of them wrong where `wrong` says.
class CountingDrafts : public DraftSource {
 public:
  explicit CountingDrafts(int64_t wrong) : wrong_(wrong) {}
  std::vector<int64_t> propose(const std::vector<int64_t>& text, int64_t count) const override {
    std::vector<int64_t> guesses;
    for (int64_t i = 1; i <= count; ++i) {
      const int64_t right = (text.back() + i) % 10;
      guesses.push_back(i == wrong_ ? 0 : right);
    }
    return guesses;
  }

 private:
  int64_t wrong_;
};

TEST(Generate, DraftsSaveStepsAndChangeNoToken) {
  for (const int64_t wrong : {1, 2, 3, 99}) {
    const CountingDrafts drafts(wrong);
    const Generation plain = generate(CountingDecoder(), prompt(2), {9});
    const Generation drafted = generate(CountingDecoder(), prompt(2), {9}, &drafts);
    EXPECT_EQ(drafted.tokens, plain.tokens);
    EXPECT_EQ(drafted.ended, plain.ended);
    EXPECT_EQ(plain.steps, 8);
    // The first token comes with the prompt; every step gives those guessed right and one more.
    EXPECT_EQ(drafted.steps, wrong == 99 ? 1 : (8 + wrong - 1) / wrong) << wrong;
  }
}

// Texts of its own length: each is stopped by max_new_tokens.
class CountingJob : public GenerationJob {
 public:
  CountingJob(std::vector<int> lengths, std::vector<std::vector<int64_t>>& texts)
      : lengths_(std::move(lengths)), texts_(texts) {}
  std::optional<Prompt> next(const Generation* answer) override {
    if (answer != nullptr) texts_.push_back(answer->tokens);
    if (lengths_.empty()) return std::nullopt;
    GenerationOptions options;
    options.max_new_tokens = lengths_.front();
    lengths_.erase(lengths_.begin());
    return prompt(1, options);
  }

 private:
  std::vector<int> lengths_;
  std::vector<std::vector<int64_t>>& texts_;
};

TEST(GenerateAll, AFinishedTextsPlaceIsTakenAtOnce) {
  for (const int64_t sequences : {1, 2, 5}) {
    std::vector<std::vector<int64_t>> texts;
    std::vector<std::vector<int>> jobs{{1}, {3, 0, 2}, {}, {5}, {2, 2}};
    size_t given = 0;
    const NextJob next_job = [&]() -> std::unique_ptr<GenerationJob> {
      if (given == jobs.size()) return nullptr;
      return std::make_unique<CountingJob>(jobs[given++], texts);
    };
    generate_all(CountingDecoder(), next_job, {sequences, {}, nullptr});
    std::ranges::sort(texts);
    EXPECT_THAT(texts,
                ElementsAre(IsEmpty(), ElementsAre(1), ElementsAre(1, 2), ElementsAre(1, 2),
                            ElementsAre(1, 2), ElementsAre(1, 2, 3), ElementsAre(1, 2, 3, 4, 5)))
        << sequences;
    EXPECT_EQ(given, jobs.size());
  }
}

TEST(OwedBefore, AnEndWaitsForWhatIsOwed) {
  const TextConstraints constraints{.owed = {7, 8}, .held_back = {5}, .forbidden = {}};
  EXPECT_EQ(owed_before(9, constraints, {9}, {1, 2}), 7);
  EXPECT_EQ(owed_before(9, constraints, {9}, {1, 7, 2}), 8);
  EXPECT_EQ(owed_before(9, constraints, {9}, {8, 7}), 9);
  EXPECT_EQ(owed_before(5, constraints, {9}, {7}), 8) << "held back as an end is";
  EXPECT_EQ(owed_before(4, constraints, {9}, {}), 4) << "other tokens come when they like";
}

TEST(Generate, WritesWhatIsOwedAndNeverWhatIsForbidden) {
  Prompt owing = prompt(2);
  owing.constraints = {.owed = {1}, .held_back = {}, .forbidden = {4}};
  const Generation generation = generate(CountingDecoder(), owing, {6});
  EXPECT_THAT(generation.tokens, testing::Contains(1));
  EXPECT_THAT(generation.tokens, testing::Not(testing::Contains(4)));
}

}  // namespace
}  // namespace slava
