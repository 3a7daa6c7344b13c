#include "tokenizer/bpe_model.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

std::vector<int64_t> encoded(const BpeModel& model, const std::string& text) {
  std::vector<int64_t> ids;
  model.encode(text, ids);
  return ids;
}

BpeModel made(BpeModel::Vocabulary vocabulary, const BpeModel::Merges& merges,
              BpeOptions options = {}) {
  auto model = BpeModel::create(std::move(vocabulary), merges, std::move(options));
  EXPECT_TRUE(model) << model.error();
  return *std::move(model);
}

TEST(BpeModel, TheBestRankGoesFirstThenTheLeftmost) {
  const BpeModel model = made({{"a", 0}, {"b", 1}, {"ab", 2}, {"ba", 3}, {"aba", 4}},
                              {{"b", "a"}, {"a", "b"}, {"a", "ba"}});
  EXPECT_EQ(encoded(model, "aba"), (std::vector<int64_t>{4}));
  EXPECT_EQ(encoded(model, "abab"), (std::vector<int64_t>{4, 1}));
  EXPECT_EQ(encoded(model, "ab"), (std::vector<int64_t>{2}));
}

TEST(BpeModel, AMergeMayBeUndoneByNoOther) {
  const BpeModel model = made({{"a", 0}, {"aa", 1}, {"aaa", 2}}, {{"a", "a"}, {"aa", "a"}});
  EXPECT_EQ(encoded(model, "aaaaa"), (std::vector<int64_t>{1, 2}));
}

TEST(BpeModel, CharactersWithoutAPieceAreLeftOutOrUnknownOrBytes) {
  const BpeModel::Vocabulary vocabulary = {{"a", 0}, {"?", 1}, {"<0xC3>", 2}, {"<0xA9>", 3}};
  EXPECT_EQ(encoded(made(vocabulary, {}), "axxa"), (std::vector<int64_t>{0, 0}));
  EXPECT_EQ(encoded(made(vocabulary, {}, {.unknown_piece = "?"}), "axxa"),
            (std::vector<int64_t>{0, 1, 1, 0}));
  EXPECT_EQ(encoded(made(vocabulary, {}, {.unknown_piece = "?", .fuse_unknown = true}), "axxa"),
            (std::vector<int64_t>{0, 1, 0}));
  const BpeModel bytes = made(vocabulary, {}, {.unknown_piece = "?", .byte_fallback = true});
  EXPECT_EQ(encoded(bytes, "a\u00E9"), (std::vector<int64_t>{0, 2, 3}));
  EXPECT_EQ(encoded(bytes, "a\u00E8"), (std::vector<int64_t>{0, 1}));
}

TEST(BpeModel, AWholePieceNeedsNoMergesWhenTheyAreIgnored) {
  const BpeModel::Vocabulary vocabulary = {{"a", 0}, {"b", 1}, {"ab", 2}};
  EXPECT_EQ(encoded(made(vocabulary, {}), "ab"), (std::vector<int64_t>{0, 1}));
  EXPECT_EQ(encoded(made(vocabulary, {}, {.ignore_merges = true}), "ab"),
            (std::vector<int64_t>{2}));
}

TEST(BpeModel, ALongTextWithoutASpaceIsNotQuadratic) {
  BpeModel::Vocabulary vocabulary = {{"a", 0}};
  BpeModel::Merges merges;
  for (std::string piece = "a"; piece.size() < 64; piece += piece) {
    merges.emplace_back(piece, piece);
    vocabulary.emplace_back(piece + piece, static_cast<int64_t>(vocabulary.size()));
  }
  const BpeModel model = made(vocabulary, merges);
  // A second without optimisation; in quadratic time ctest would end the test.
  EXPECT_EQ(encoded(model, std::string(1 << 18, 'a')).size(), (1u << 18) / 64);
}

}  // namespace
}  // namespace slava
