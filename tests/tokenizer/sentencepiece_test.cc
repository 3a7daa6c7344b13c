#include "tokenizer/sentencepiece.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/strings.h"

namespace slava {
namespace {

std::vector<std::string> corpus() {
  std::vector<std::string> sentences = {
      " Small left pleural effusion with basilar atelectasis.",
      " Tortuous thoracic aorta with atherosclerotic calcification.",
      " Mild cardiomegaly without pulmonary edema or vascular congestion.",
      " Hyperexpanded lungs with flattened diaphragms, consistent with emphysema.",
      " No focal airspace consolidation, pneumothorax or suspicious nodule.",
      " Right internal jugular catheter, median sternotomy wires, healed rib fractures.",
  };
  for (int i = 0; i < 40; ++i) {
    sentences.push_back(
        cat(" FINDINGS: The heart is normal in size, ", i, " cm. The lungs are clear."));
    sentences.push_back(cat(" IMPRESSION: ", i, ". No acute disease. Degenerative spine changes."));
  }
  return sentences;
}

class SentencePiece : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              cat("sentencepiece-", testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
    const auto trained = train_sentencepiece(corpus(), 330, folder_ / "tokenizer.model");
    ASSERT_TRUE(trained) << trained.error();
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  std::filesystem::path folder_;
};

TEST_F(SentencePiece, EveryTextComesBackByteForByte) {
  const auto tokenizer = load_tokenizer(folder_);
  ASSERT_TRUE(tokenizer) << tokenizer.error();
  EXPECT_EQ((*tokenizer)->vocabulary(), 330);
  for (const std::string text : {"The heart is normal.", " FINDINGS: two  spaces",
                                 "Kardiomegalie, größer", "心影拡大", "a\nb"}) {
    EXPECT_EQ((*tokenizer)->decode((*tokenizer)->encode(text)), text);
  }
}

TEST_F(SentencePiece, TheEndTokenIsNoText) {
  const auto tokenizer = *load_tokenizer(folder_);
  auto ids = tokenizer->encode("The lungs are clear.");
  ids.push_back(tokenizer->end_token());
  ids.push_back(1 << 20);
  EXPECT_EQ(tokenizer->decode(ids), "The lungs are clear.");
}

TEST_F(SentencePiece, TheSameCorpusGivesTheSameVocabulary) {
  ASSERT_TRUE(train_sentencepiece(corpus(), 330, folder_ / "again.model"));
  const auto bytes = [](const std::filesystem::path& path) {
    std::ifstream in(path, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  EXPECT_EQ(bytes(folder_ / "tokenizer.model"), bytes(folder_ / "again.model"));
}

TEST_F(SentencePiece, ACorpusTooSmallForTheVocabularyIsAnInputError) {
  const auto trained = train_sentencepiece({"one text"}, 5000, folder_ / "large.model");
  ASSERT_FALSE(trained);
  EXPECT_EQ(trained.error().kind, ErrorKind::kInput);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "large.model"));
}

TEST_F(SentencePiece, AFileThatIsNoModelIsRefusedByName) {
  std::ofstream(folder_ / "tokenizer.model") << "no model";
  const auto tokenizer = load_tokenizer(folder_);
  ASSERT_FALSE(tokenizer);
  EXPECT_EQ(tokenizer.error().kind, ErrorKind::kModel);
  EXPECT_NE(tokenizer.error().message.find("tokenizer.model"), std::string::npos);
}

TEST(LoadTokenizer, AFolderWithoutOneSaysWhatWasExpected) {
  const auto tokenizer = load_tokenizer(testing::TempDir() + "/no-such-folder");
  ASSERT_FALSE(tokenizer);
  EXPECT_NE(tokenizer.error().message.find("tokenizer.model"), std::string::npos);
}

}  // namespace
}  // namespace slava
