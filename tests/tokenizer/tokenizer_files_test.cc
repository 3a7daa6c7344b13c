// Tokenizer files as anybody may have written them: what cannot be read exactly is refused by name.
#include <gtest/gtest.h>

#include <fstream>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/strings.h"
#include "support/temporary_folder.h"
#include "tokenizer/tokenizer.h"

namespace slava {
namespace {

using nlohmann::json;

// A small byte-level tokenizer.json.
json small_tokenizer() {
  return json::parse(R"({
    "added_tokens": [{"id": 6, "content": "<|endoftext|>", "special": true, "normalized": false,
                      "lstrip": false, "rstrip": false, "single_word": false}],
    "normalizer": null,
    "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": false, "use_regex": true},
    "post_processor": null,
    "decoder": {"type": "ByteLevel"},
    "model": {"type": "BPE", "vocab": {"a": 0, "b": 1, "c": 2, "Ġ": 3, "ab": 4, "abc": 5},
              "merges": ["a b", "ab c"]}})");
}

class TokenizerFiles : public testing::Test {
 protected:
  void write(const std::string& name, const std::string& bytes) {
    std::ofstream(folder_ / name, std::ios::binary) << bytes;
  }

  // The message of the refusal.
  std::string refusal() {
    const auto tokenizer = load_tokenizer(folder_.path());
    if (tokenizer) return "loaded";
    EXPECT_EQ(tokenizer.error().kind, ErrorKind::kModel);
    return tokenizer.error().message;
  }

  std::string refusal_of(const std::function<void(json&)>& change) {
    json file = small_tokenizer();
    change(file);
    write("tokenizer.json", file.dump());
    return refusal();
  }

  void expect_refused(const std::function<void(json&)>& change, const std::string& field) {
    const std::string message = refusal_of(change);
    EXPECT_NE(message.find("tokenizer.json: " + field), std::string::npos) << message;
  }

  TemporaryFolder folder_;
};

TEST_F(TokenizerFiles, AFolderWithoutOneListsWhatWasLookedFor) {
  const std::string message = refusal();
  for (const char* name : {"tokenizer.model", "tokenizer.json", "vocab.json", "merges.txt"}) {
    EXPECT_NE(message.find(name), std::string::npos) << message;
  }
}

TEST_F(TokenizerFiles, ASmallTokenizerWorks) {
  write("tokenizer.json", small_tokenizer().dump());
  const auto tokenizer = load_tokenizer(folder_.path());
  ASSERT_TRUE(tokenizer) << tokenizer.error();
  EXPECT_EQ((*tokenizer)->encode("abc ab<|endoftext|>a"), (std::vector<int64_t>{5, 3, 4, 6, 0}));
  EXPECT_EQ((*tokenizer)->decode({5, 3, 4, 6, 0, 99, -1}), "abc aba");
  EXPECT_EQ((*tokenizer)->end_token(), 6);
  EXPECT_EQ((*tokenizer)->vocabulary(), 7);
  EXPECT_EQ((*tokenizer)->token_id("<|endoftext|>"), 6);
  EXPECT_EQ((*tokenizer)->token_id("abc"), 5);
  EXPECT_FALSE((*tokenizer)->token_id("<image>"));
  EXPECT_FALSE((*tokenizer)->begin_token());
}

TEST_F(TokenizerFiles, WhatIsNoJsonObjectIsRefused) {
  for (const char* text : {"", "[]", "{\"model\": ", "\xFF\xFE", "{\"a\": \"\xC3\"}"}) {
    write("tokenizer.json", text);
    EXPECT_NE(refusal().find("tokenizer.json: expected a JSON object"), std::string::npos) << text;
  }
  write("tokenizer.json", std::string(1 << 20, '['));
  EXPECT_NE(refusal().find("tokenizer.json: expected a JSON object"), std::string::npos);
}

TEST_F(TokenizerFiles, AFileThatIsTooLargeIsRefused) {
  write("tokenizer.json", "");
  std::filesystem::resize_file(folder_ / "tokenizer.json", (size_t{64} << 20) + 1);
  EXPECT_NE(refusal().find("tokenizer.json"), std::string::npos);
}

TEST_F(TokenizerFiles, AModelThatIsAnotherKindIsRefused) {
  expect_refused([](json& file) { file["model"]["type"] = "WordPiece"; }, "model: type");
  expect_refused([](json& file) { file.erase("model"); }, "model: expected a JSON object");
  expect_refused([](json& file) { file["model"]["end_of_word_suffix"] = "</w>"; },
                 "model: expected");
  expect_refused([](json& file) { file["model"]["dropout"] = 0.1; }, "model: expected");
  expect_refused([](json& file) { file["model"]["unk_token"] = "<unk>"; }, "model: unk_token");
  expect_refused([](json& file) { file["model"]["byte_fallback"] = 1; }, "model: byte_fallback");
}

TEST_F(TokenizerFiles, AVocabularyThatContradictsItselfIsRefused) {
  expect_refused([](json& file) { file["model"]["vocab"]["x"] = -1; }, "model: vocabulary");
  expect_refused([](json& file) { file["model"]["vocab"]["x"] = 1 << 22; }, "model: vocabulary");
  expect_refused([](json& file) { file["model"]["vocab"]["x"] = 18446744073709551615ull; },
                 "model: vocabulary");
  expect_refused([](json& file) { file["model"]["vocab"]["x"] = 0; }, "model: vocabulary: id 0");
  expect_refused([](json& file) { file["model"]["vocab"]["x"] = "0"; }, "model: vocab");
  expect_refused([](json& file) { file["model"]["vocab"] = json::array(); }, "model: vocab");
  expect_refused([](json& file) { file["model"]["vocab"] = json::object(); }, "model: vocabulary");
}

TEST_F(TokenizerFiles, AMergeOfWhatIsNotThereIsRefusedWithItsNumber) {
  expect_refused([](json& file) { file["model"]["merges"].push_back("a x"); }, "model: merge 3");
  expect_refused([](json& file) { file["model"]["merges"].push_back("b c"); }, "model: merge 3");
  expect_refused([](json& file) { file["model"]["merges"].push_back("a"); },
                 "model: merges: merge 3");
  expect_refused([](json& file) { file["model"]["merges"].push_back(7); },
                 "model: merges: merge 3");
  expect_refused([](json& file) { file["model"].erase("merges"); }, "model: merges");
}

TEST_F(TokenizerFiles, StepsThatAreNotKnownAreRefused) {
  expect_refused([](json& file) { file["normalizer"] = {{"type", "NFC"}}; }, "normalizer: type");
  expect_refused([](json& file) { file["pre_tokenizer"]["type"] = "Whitespace"; },
                 "pre_tokenizer: type");
  expect_refused([](json& file) { file["pre_tokenizer"] = 3; }, "pre_tokenizer: expected");
  expect_refused([](json& file) { file["decoder"]["type"] = "WordPiece"; }, "decoder: type");
  expect_refused(
      [](json& file) {
        file["post_processor"] = {{"type", "BertProcessing"}};
      },
      "post_processor: type");
  expect_refused(
      [](json& file) {
        json deep = {{"type", "ByteLevel"}};
        for (int i = 0; i < 1000; ++i) {
          deep = {{"type", "Sequence"}, {"pretokenizers", json::array({std::move(deep)})}};
        }
        file["pre_tokenizer"] = std::move(deep);
      },
      "pre_tokenizer: sequences more than");
}

TEST_F(TokenizerFiles, AddedTokensWithWrongIdsAreRefused) {
  expect_refused([](json& file) { file["added_tokens"][0]["id"] = 9; }, "added_tokens: the id of");
  expect_refused([](json& file) { file["added_tokens"][0]["id"] = 1 << 30; },
                 "added_tokens: id is");
  expect_refused([](json& file) { file["added_tokens"][0].erase("content"); },
                 "added_tokens: content");
  expect_refused([](json& file) { file["added_tokens"][0]["content"] = std::string(5000, 'x'); },
                 "added_tokens: content has");
  expect_refused([](json& file) { file["added_tokens"] = {{"a", 1}}; }, "added_tokens: expected");
}

TEST_F(TokenizerFiles, AnEndTokenThatIsNowhereIsRefused) {
  const std::string message = refusal_of([](json& file) { file["added_tokens"] = json::array(); });
  EXPECT_NE(message.find("eos_token"), std::string::npos) << message;
}

TEST_F(TokenizerFiles, TheSmallFilesAreCheckedToo) {
  write("tokenizer.json", small_tokenizer().dump());
  const std::pair<const char*, const char*> wrong[] = {
      {R"({"added_tokens_decoder": {"x": {"content": "<a>"}}})", "added_tokens_decoder: key \"x\""},
      {R"({"added_tokens_decoder": {"7": {"content": ""}}})", "added_tokens_decoder: token 7"},
      {R"({"added_tokens_decoder": {"9": {"content": "<a>"}}})", "the id of \"<a>\" is 9"},
      {R"({"added_tokens_decoder": {"7": {"content": "<a>"}, "07": {"content": "<b>"}}})",
       "id 7 is given to"},
      {R"({"added_tokens_decoder": []})", "added_tokens_decoder: expected an object"},
      {R"({"eos_token": 7})", "eos_token: expected a JSON object"},
      {R"({"add_bos_token": "yes"})", "add_bos_token is \"yes\""},
      {R"({"split_special_tokens": true})", "split_special_tokens"},
      {R"({"additional_special_tokens": "x"})", "additional_special_tokens is no array"},
  };
  for (const auto& [text, expected] : wrong) {
    write("tokenizer_config.json", text);
    const std::string message = refusal();
    EXPECT_NE(message.find("tokenizer_config.json"), std::string::npos) << message;
    EXPECT_NE(message.find(expected), std::string::npos) << message;
  }
}

TEST_F(TokenizerFiles, MergesTextIsCheckedLineByLine) {
  write("vocab.json", R"({"a": 0, "b": 1, "ab": 2, "<|endoftext|>": 3})");
  write("merges.txt", "#version: 0.2\na b\n");
  const auto tokenizer = load_tokenizer(folder_.path());
  ASSERT_TRUE(tokenizer) << tokenizer.error();
  EXPECT_EQ((*tokenizer)->encode("abb"), (std::vector<int64_t>{2, 1}));
  for (const char* line : {"a", "a b c", " b", "a "}) {
    write("merges.txt", cat("#version: 0.2\na b\n", line, "\n"));
    EXPECT_NE(refusal().find("merges.txt: line 3"), std::string::npos) << refusal();
  }
  write("merges.txt", "a \xFF\n");
  EXPECT_NE(refusal().find("merges.txt: no UTF-8"), std::string::npos);
  write("merges.txt", "#version: 0.2\na a\n");
  EXPECT_NE(refusal().find("merge 1"), std::string::npos);
  write("merges.txt", "");
  write("added_tokens.json", R"({"<image>": 2})");
  EXPECT_NE(refusal().find("<image>"), std::string::npos);
}

TEST_F(TokenizerFiles, AnotherClassThanLlamasIsNoSentencePiece) {
  const std::string golden = SLAVA_SOURCE_DIR "/tests/golden/tokenizer/tokenizer.model";
  std::filesystem::copy_file(golden, folder_ / "tokenizer.model");
  write("tokenizer_config.json", R"({"tokenizer_class": "T5Tokenizer"})");
  EXPECT_NE(refusal().find("tokenizer_class is \"T5Tokenizer\""), std::string::npos);
  write("tokenizer_config.json", R"({"tokenizer_class": "LlamaTokenizer"})");
  EXPECT_EQ(refusal(), "loaded");
}

TEST_F(TokenizerFiles, ADamagedSentencePieceModelIsRefusedOrHarmless) {
  const std::string bytes =
      read_file(SLAVA_SOURCE_DIR "/tests/golden/tokenizer/tokenizer.model").value();
  write("tokenizer_config.json", "{}");
  for (const size_t size : {size_t{0}, size_t{1}, size_t{100}, bytes.size() - 1}) {
    write("tokenizer.model", bytes.substr(0, size));
    EXPECT_NE(refusal().find("tokenizer.model"), std::string::npos) << size;
  }
}

}  // namespace
}  // namespace slava
