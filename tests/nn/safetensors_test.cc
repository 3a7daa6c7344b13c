#include "nn/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <fstream>

#include "base/file.h"
#include "base/strings.h"

namespace slava {
namespace {

class Safetensors : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = std::filesystem::path(testing::TempDir()) /
              cat("safetensors-", testing::UnitTest::GetInstance()->current_test_info()->name());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  // A file with this header text and `data_bytes` zeros behind it.
  std::filesystem::path write_raw(const std::string& header, size_t data_bytes,
                                  uint64_t header_length = 0) {
    const uint64_t length = header_length == 0 ? header.size() : header_length;
    std::string bytes(reinterpret_cast<const char*>(&length), sizeof length);
    bytes += header + std::string(data_bytes, '\0');
    const auto path = folder_ / "raw.safetensors";
    std::ofstream(path, std::ios::binary) << bytes;
    return path;
  }

  void expect_refused(const std::filesystem::path& path, const std::string& reason) {
    const auto read = read_safetensors(path);
    ASSERT_FALSE(read) << reason;
    EXPECT_EQ(read.error().kind, ErrorKind::kModel);
    EXPECT_NE(read.error().message.find(reason), std::string::npos) << read.error().message;
    EXPECT_NE(read.error().message.find(path.filename().string()), std::string::npos);
    EXPECT_EQ(read.error().message.find('\n'), std::string::npos) << "one line";
  }

  std::filesystem::path folder_;
};

TEST_F(Safetensors, WhatIsWrittenIsReadBackWithTypeAndShape) {
  const TensorMap written = {{"a", at::arange(6, at::kFloat).view({2, 3})},
                             {"b", at::arange(5, at::kFloat).to(at::kBFloat16)},
                             {"c", at::tensor(int64_t{42}, at::kLong)},
                             {"empty", at::empty({0, 4}, at::kFloat)}};
  const auto path = folder_ / "model.safetensors";
  ASSERT_TRUE(write_safetensors(path, written));
  const auto read = read_safetensors(path);
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), written.size());
  for (const auto& [name, tensor] : written) {
    EXPECT_TRUE(at::equal(read->at(name), tensor)) << name;
    EXPECT_EQ(read->at(name).scalar_type(), tensor.scalar_type()) << name;
  }
}

TEST_F(Safetensors, TensorsOutliveTheMapTheyCameWith) {
  const auto path = folder_ / "model.safetensors";
  ASSERT_TRUE(write_safetensors(path, {{"a", at::ones({1000})}}));
  Tensor kept = read_safetensors(path)->at("a");
  EXPECT_EQ(kept.sum().item<float>(), 1000);
}

TEST_F(Safetensors, ATruncatedFileIsRefused) {
  const auto path = folder_ / "model.safetensors";
  ASSERT_TRUE(write_safetensors(path, {{"a", at::ones({100})}}));
  const std::string bytes = *read_file(path);
  for (const size_t kept : {bytes.size() - 1, bytes.size() / 2, size_t{20}, size_t{7}, size_t{0}}) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes.substr(0, kept);
    const auto read = read_safetensors(path);
    ASSERT_FALSE(read) << kept;
    EXPECT_NE(read.error().message.find("model.safetensors"), std::string::npos);
  }
}

TEST_F(Safetensors, AHeaderThatLiesIsRefused) {
  const auto entry = [](const std::string& fields) { return "{\"a\":{" + fields + "}}"; };
  expect_refused(write_raw("{}", 0, uint64_t{2} << 30), "header length");
  expect_refused(write_raw("{}", 0, ~uint64_t{0}), "header length");
  expect_refused(write_raw("[1]", 0), "no JSON object");
  expect_refused(write_raw("{\"a\":", 0), "no JSON object");
  expect_refused(write_raw(entry(R"("dtype":"F32","shape":[2])"), 8), "data_offsets");
  expect_refused(write_raw(entry(R"("dtype":"F31","shape":[2],"data_offsets":[0,8])"), 8), "dtype");
  expect_refused(write_raw(entry(R"("dtype":"F32","shape":[-2],"data_offsets":[0,8])"), 8),
                 "shape");
  expect_refused(write_raw(entry(R"("dtype":"F32","shape":[2],"data_offsets":[0,80])"), 8),
                 "leave");
  expect_refused(write_raw(entry(R"("dtype":"F32","shape":[2],"data_offsets":[8,0])"), 8), "leave");
  expect_refused(write_raw(entry(R"("dtype":"F32","shape":[3],"data_offsets":[0,8])"), 16),
                 "need 12");
  expect_refused(write_raw(entry(R"("dtype":"F32","shape":[1],"data_offsets":[4,8])"), 8),
                 "begins");
  expect_refused(write_raw(entry(R"("dtype":"F32","shape":[1],"data_offsets":[0,4])"), 8), "tail");
  expect_refused(
      write_raw(entry(R"("dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,8])"), 8),
      "larger than the file");
}

TEST_F(Safetensors, AMissingFileIsRefused) {
  expect_refused(folder_ / "none.safetensors", "no readable file");
}

}  // namespace
}  // namespace slava
