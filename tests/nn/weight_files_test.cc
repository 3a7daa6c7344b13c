#include "nn/weight_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "nn/safetensors.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using nlohmann::json;
using testing::HasSubstr;

class WeightFiles : public testing::Test {
 protected:
  void SetUp() override {
    write("model-00001-of-00002.safetensors", {{"a", at::ones({2})}});
    write("model-00002-of-00002.safetensors", {{"b", at::zeros({3})}, {"c", at::ones({1})}});
    index_ = {{"a", "model-00001-of-00002.safetensors"},
              {"b", "model-00002-of-00002.safetensors"},
              {"c", "model-00002-of-00002.safetensors"}};
  }
  void write(const std::string& name, const TensorMap& tensors) {
    ASSERT_TRUE(write_safetensors(folder_ / name, tensors));
  }
  Result<TensorMap> read() {
    std::ofstream(folder_ / "model.safetensors.index.json")
        << json{{"metadata", {{"total_size", 24}}}, {"weight_map", index_}}.dump();
    return read_weights(folder_.path());
  }
  void expect_refused(const std::string& reason) {
    const auto weights = read();
    ASSERT_FALSE(weights) << reason;
    EXPECT_EQ(weights.error().kind, ErrorKind::kModel);
    EXPECT_THAT(weights.error().message, HasSubstr(reason));
  }

  TemporaryFolder folder_;
  json index_;
};

TEST_F(WeightFiles, ShardsAreReadAsOneMap) {
  const auto weights = read();
  ASSERT_TRUE(weights) << weights.error();
  EXPECT_EQ(weights->size(), 3U);
  EXPECT_TRUE(at::equal(weights->at("a"), at::ones({2})));
  EXPECT_EQ(weight_files(folder_.path())->size(), 3U);
}

TEST_F(WeightFiles, OneFileComesBeforeAnIndex) {
  write("model.safetensors", {{"single", at::ones({1})}});
  const auto weights = read();
  ASSERT_TRUE(weights) << weights.error();
  EXPECT_TRUE(weights->contains("single"));
  EXPECT_EQ(weights_name(folder_.path()), folder_ / "model.safetensors");
}

TEST_F(WeightFiles, EverythingThatIndexAndShardsDisagreeAboutIsListed) {
  index_["d"] = "model-00001-of-00002.safetensors";
  index_["a"] = "model-00002-of-00002.safetensors";
  index_.erase("c");
  expect_refused("model-00001-of-00002.safetensors lacks d");
  expect_refused("which weight_map has in model-00002-of-00002.safetensors");
  expect_refused("model-00002-of-00002.safetensors holds c, which weight_map lacks");
}

TEST_F(WeightFiles, AMissingShardIsNamed) {
  std::filesystem::remove(folder_ / "model-00002-of-00002.safetensors");
  expect_refused("model-00002-of-00002.safetensors: no readable file");
}

TEST_F(WeightFiles, AShardOutsideTheFolderIsRefused) {
  index_["a"] = "../model-00001-of-00002.safetensors";
  expect_refused("expected the name of a .safetensors file in this folder");
  index_["a"] = 7;
  expect_refused("weight_map.a is 7");
}

TEST_F(WeightFiles, PicklesAreRefusedWithTheCommandThatConvertsThem) {
  std::filesystem::remove_all(folder_.path());
  std::filesystem::create_directory(folder_.path());
  std::ofstream(folder_ / "pytorch_model-00001-of-00002.bin") << "PK";
  const auto files = weight_files(folder_.path());
  ASSERT_FALSE(files);
  EXPECT_THAT(files.error().message, HasSubstr("scripts/convert_checkpoint.py"));
  EXPECT_THAT(files.error().message, HasSubstr("pytorch_model-00001-of-00002.bin"));
}

TEST_F(WeightFiles, AFolderWithoutWeightsSaysWhatWasLookedFor) {
  TemporaryFolder empty;
  const auto files = weight_files(empty.path());
  ASSERT_FALSE(files);
  EXPECT_THAT(files.error().message, HasSubstr("model.safetensors.index.json"));
}

}  // namespace
}  // namespace slava
