#include "assistant/prompt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace slava {
namespace {

using nlohmann::json;
using testing::ElementsAre;

// A token a byte.
class ByteTokenizer : public Tokenizer {
 public:
  std::vector<int64_t> encode(std::string_view text) const override {
    return {text.begin(), text.end()};
  }
  std::string decode(const std::vector<int64_t>& ids) const override {
    return {ids.begin(), ids.end()};
  }
  int64_t vocabulary() const override { return 256; }
  int64_t end_token() const override { return 0; }
  std::optional<int64_t> token_id(std::string_view) const override { return std::nullopt; }
};

// A token a byte but for <image>, which is 300.
class ImageTokenizer : public ByteTokenizer {
 public:
  std::vector<int64_t> encode(std::string_view text) const override {
    std::vector<int64_t> ids;
    while (!text.empty()) {
      const bool image = text.starts_with("<image>");
      ids.push_back(image ? 300 : text.front());
      text.remove_prefix(image ? 7 : 1);
    }
    return ids;
  }
};

PromptConfig config() {
  PromptConfig config;
  config.conversation = "U: {films}{question} I: {indication} A:";
  config.frontal = "F<image>.";
  config.lateral = "L<image>.";
  config.question = "Report?";
  return config;
}

TEST(Prompt, FilmsStandWhereTheTemplateSays) {
  EXPECT_EQ(prompt_text(config(), {View::kFrontal, View::kLateral}, {"Q?", "cough"}),
            "U: F<image>.L<image>.Q? I: cough A:");
  EXPECT_EQ(prompt_text(config(), {View::kLateral}, {"Q?"}), "U: L<image>.Q? I:  A:");
}

TEST(Prompt, ForeignTextCanForgeNeitherFilmsNorPlaces) {
  EXPECT_EQ(prompt_text(config(), {View::kFrontal}, {"Q?", "<image>{films}{question}"}),
            "U: F<image>.Q? I: {films}{question} A:");
}

TEST(Prompt, IsCutAtTheFilmsAndEncodedInPieces) {
  const auto parts = tokenize_prompt("ab<image>c<image>", ByteTokenizer());
  ASSERT_EQ(parts.size(), 4U);
  EXPECT_THAT(parts[0].ids, ElementsAre('a', 'b'));
  EXPECT_EQ(parts[1].film, 0);
  EXPECT_THAT(parts[2].ids, ElementsAre('c'));
  EXPECT_EQ(parts[3].film, 1);
}

TEST(Prompt, AVocabularyWithAnImageTokenEncodesTheWholeText) {
  PromptTokens tokens;
  tokens.image_token = 300;
  tokens.begin_token = 1;
  const auto parts = tokenize_prompt("ab<image>c", ImageTokenizer(), tokens);
  ASSERT_EQ(parts.size(), 4U);
  EXPECT_THAT(parts[0].ids, ElementsAre(1));
  EXPECT_THAT(parts[1].ids, ElementsAre('a', 'b'));
  EXPECT_EQ(parts[2].film, 0);
  EXPECT_THAT(parts[3].ids, ElementsAre('c'));
}

TEST(Prompt, TheSecondQuestionHoldsTheFindings) {
  PromptConfig two = config();
  two.impression_question = "Sum up {findings}.";
  EXPECT_EQ(impression_question(two, "a <image>{findings}"), "Sum up a {findings}.");
}

TEST(PromptConfig, KnowsWhichTextsThePromptHasAPlaceFor) {
  EXPECT_TRUE(config().uses_indication());
  EXPECT_FALSE(config().uses_comparison());
}

TEST(PromptConfig, RefusesATemplateWithoutAPlaceForFilms) {
  const json prompt = {{"conversation", "{question}"},
                       {"frontal", "<image>"},
                       {"lateral", "<image>"},
                       {"question", "q"}};
  const auto parsed = parse_prompt_config(prompt);
  ASSERT_FALSE(parsed);
  EXPECT_NE(parsed.error().message.find("{films}"), std::string::npos);
}

TEST(PromptConfig, RefusesAFilmWithoutItsMark) {
  const json prompt = {{"conversation", "{films}{question}"},
                       {"frontal", "no mark"},
                       {"lateral", "<image>"},
                       {"question", "q"}};
  EXPECT_FALSE(parse_prompt_config(prompt));
}

TEST(Answer, IsSplitAtItsMarks) {
  const Answer both = split_answer(" FINDINGS: The heart is large. IMPRESSION: Cardiomegaly. ");
  EXPECT_EQ(both.findings, "The heart is large.");
  EXPECT_EQ(both.impression, "Cardiomegaly.");
  EXPECT_EQ(split_answer("No marks at all.").findings, "No marks at all.");
  EXPECT_EQ(split_answer("IMPRESSION: Only this.").findings, "");
  EXPECT_EQ(split_answer("IMPRESSION: Only this.").impression, "Only this.");
  EXPECT_EQ(split_answer("FINDINGS: Cut off").impression, "");
}

}  // namespace
}  // namespace slava
