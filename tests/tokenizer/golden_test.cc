// Tokenizers against the reference's, on vocabularies trained here and, where they are at hand, on
// the published ones (scripts/make_tokenizer_golden.py).
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/strings.h"
#include "support/shared_data.h"
#include "support/temporary_folder.h"
#include "tokenizer/golden_strings.h"
#include "tokenizer/tokenizer.h"

namespace slava {
namespace {

using nlohmann::json;

const std::filesystem::path kGolden = SLAVA_SOURCE_DIR "/tests/golden/tokenizer";

json parsed(const std::filesystem::path& path) { return json::parse(read_file(path).value()); }

void write(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Names of the cases with an expectation `key`.
std::vector<std::string> cases(const std::string& key = "encode") {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(kGolden)) {
    const std::string name = entry.path().stem().string();
    if (!name.starts_with("case_") || !parsed(entry.path())["expected"].contains(key)) continue;
    names.push_back(name.substr(5));
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The strings that a wrong block holds, as far as a message should be long.
std::string described(size_t block, const std::vector<std::string>& strings) {
  std::string text = cat("block ", block, ":");
  for (size_t i = block * kGoldenBlock; i < std::min((block + 1) * kGoldenBlock, strings.size());
       ++i) {
    text += cat("\n  ", json(strings[i]).dump(-1, ' ', true, json::error_handler_t::replace));
  }
  return text.substr(0, 4000);
}

void expect_blocks(const std::string& expected, const std::string& found,
                   const std::vector<std::string>& strings) {
  ASSERT_EQ(expected.size(), found.size());
  size_t wrong = 0;
  for (size_t block = 0; block * 16 < expected.size(); ++block) {
    if (expected.substr(block * 16, 16) == found.substr(block * 16, 16)) continue;
    if (++wrong <= 2) ADD_FAILURE() << described(block, strings);
  }
  EXPECT_EQ(wrong, 0u) << "of " << expected.size() / 16 << " blocks";
}

class TokenizerGolden : public testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    case_ = parsed(kGolden / cat("case_", GetParam(), ".json"));
    const std::string vocabulary = case_["vocabulary_file"];
    const auto shared = shared_data() / "tokenizers";
    if (vocabulary.starts_with("shared:") && !std::filesystem::exists(shared)) {
      GTEST_SKIP() << shared << " is not there; set SLAVA_SHARED_DATA";
    }
    for (const auto& [name, content] : case_["files"].items()) {
      write(folder_ / name, content.dump());
    }
    if (vocabulary == "sentencepiece") {
      std::filesystem::copy_file(kGolden / "tokenizer.model", folder_ / "tokenizer.model");
    } else if (vocabulary == "shared:llama") {
      std::filesystem::copy_file(shared / "llama/tokenizer.model", folder_ / "tokenizer.model");
    } else if (vocabulary == "shared:gpt2") {
      write_byte_pairs(parsed(shared / "gpt2/tokenizer.json")["model"]);
    } else {
      write_byte_pairs(parsed(kGolden / (vocabulary + ".json")));
    }
    auto tokenizer = load_tokenizer(folder_.path());
    ASSERT_TRUE(tokenizer) << tokenizer.error();
    tokenizer_ = *std::move(tokenizer);
    const Atoms atoms = read_atoms();
    for (size_t i = 0; i < kGoldenStrings; ++i) strings_.push_back(golden_string(i, atoms));
  }

  void write_byte_pairs(const json& base) {
    if (!case_.contains("as")) {
      json file = case_["files"]["tokenizer.json"];
      file["model"]["vocab"] = base["vocab"];
      file["model"]["merges"] = base["merges"];
      write(folder_ / "tokenizer.json", file.dump());
      return;
    }
    write(folder_ / "vocab.json", base["vocab"].dump());
    std::string merges = "#version: 0.2\n";
    for (const json& merge : base["merges"]) {
      merges += merge.is_string()
                    ? merge.get<std::string>()
                    : cat(merge[0].get<std::string>(), " ", merge[1].get<std::string>());
      merges += "\n";
    }
    write(folder_ / "merges.txt", merges);
  }

  void expect_encoded(const std::string& key, const std::vector<std::string>& strings) {
    std::vector<std::string> results;
    for (const std::string& text : strings) results.push_back(ids_bytes(tokenizer_->encode(text)));
    expect_blocks(case_["expected"][key], block_hashes(results), strings);
  }

  TemporaryFolder folder_;
  json case_;
  std::unique_ptr<Tokenizer> tokenizer_;
  std::vector<std::string> strings_;
};

class TokenizerCodePoints : public TokenizerGolden {};
class TokenizerReports : public TokenizerGolden {};

TEST_P(TokenizerGolden, IdsAreTheReferences) {
  ASSERT_GE(strings_.size(), 10'000u);
  expect_encoded("encode", strings_);
}

TEST_P(TokenizerCodePoints, EveryCodePointHasTheReferencesIds) {
  std::vector<std::string> strings;
  for (uint64_t i = 0; i < 0x110000 / 256; ++i) strings.push_back(code_point_string(i));
  expect_encoded("code_points", strings);
}

TEST_P(TokenizerGolden, TextsOfIdsAreTheReferences) {
  const int64_t vocabulary = case_["expected"]["vocabulary"];
  EXPECT_EQ(tokenizer_->vocabulary(), vocabulary);
  std::vector<std::string> results;
  std::vector<std::string> shown;
  for (uint64_t i = 0; i < 4000; ++i) {
    Draw draw(i * 7'919 + 3);
    std::vector<int64_t> ids;
    if (i % 2 == 0) {
      ids = tokenizer_->encode(strings_[i]);
      const size_t begin = draw.below(ids.size() + 1) / 2;
      const size_t end = draw.below(ids.size() + 1);
      ids = begin < end ? std::vector<int64_t>(ids.begin() + begin, ids.begin() + end)
                        : std::vector<int64_t>();
    } else {
      for (uint64_t n = draw.below(24); n > 0; --n) {
        ids.push_back(static_cast<int64_t>(draw.below(vocabulary)));
      }
    }
    results.push_back(tokenizer_->decode(ids));
    shown.push_back(json(ids).dump());
  }
  expect_blocks(case_["expected"]["decode"], block_hashes(results), shown);
}

TEST_P(TokenizerGolden, BeginAndEndAreTheReferences) {
  const json& expected = case_["expected"];
  const auto begin = tokenizer_->begin_token();
  EXPECT_EQ(begin ? json(*begin) : json(), expected["begin"]);
  if (expected.contains("end")) {
    EXPECT_EQ(tokenizer_->end_token(), expected["end"].get<int64_t>());
  }
}

TEST_P(TokenizerReports, ReportsHaveTheReferencesIds) {
  std::ifstream lines(shared_data() / "iu-xray/studies.jsonl");
  if (!lines) GTEST_SKIP() << "no iu-xray/studies.jsonl; set SLAVA_SHARED_DATA to its folder";
  std::vector<std::string> reports;
  for (std::string line; std::getline(lines, line);) {
    const json study = json::parse(line);
    std::vector<std::string> parts;
    for (const char* key : {"indication", "findings", "impression"}) {
      const auto part = study.find(key);
      parts.push_back(part != study.end() && part->is_string() ? part->get<std::string>() : "");
    }
    reports.push_back(join(parts, "\n"));
  }
  expect_encoded("reports", reports);
}

INSTANTIATE_TEST_SUITE_P(Cases, TokenizerGolden, testing::ValuesIn(cases()),
                         [](const auto& info) { return info.param; });
INSTANTIATE_TEST_SUITE_P(Cases, TokenizerCodePoints, testing::ValuesIn(cases("code_points")),
                         [](const auto& info) { return info.param; });
INSTANTIATE_TEST_SUITE_P(Cases, TokenizerReports, testing::ValuesIn(cases("reports")),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace slava
