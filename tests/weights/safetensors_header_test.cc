// Headers of safetensors files, good and hostile, without libtorch. More of the hostile ones, as
// files: tests/nn/safetensors_test.cc.
#include "weights/safetensors_header.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/strings.h"

namespace slava {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string file(const std::string& header, size_t data_bytes) {
  std::string bytes(8, '\0');
  for (size_t i = 0; i < 8; ++i) bytes[i] = static_cast<char>(header.size() >> (8 * i) & 255);
  return bytes + header + std::string(data_bytes, 'x');
}

std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  uint64_t begin, uint64_t end) {
  return cat("\"", name, "\": {\"dtype\": \"", dtype, "\", \"shape\": ", shape,
             ", \"data_offsets\": [", begin, ", ", end, "]}");
}

TEST(SafetensorsHeader, TellsWhereEachTensorsBytesAre) {
  const std::string header = cat("{", entry("b", "BF16", "[2, 3]", 4, 16), ", ",
                                 entry("a", "F32", "[]", 0, 4), ", \"__metadata__\": {}}");
  const std::string bytes = file(header, 16);
  const auto tensors = parse_safetensors_header(bytes);
  ASSERT_TRUE(tensors) << tensors.error();
  ASSERT_EQ(tensors->size(), 2U);
  EXPECT_EQ((*tensors)[0].name, "a");
  EXPECT_STREQ((*tensors)[1].number->name, "BF16");
  EXPECT_THAT((*tensors)[1].shape, ElementsAre(2, 3));
  EXPECT_EQ((*tensors)[1].begin, bytes.size() - 12);
  EXPECT_EQ((*tensors)[1].end, bytes.size());
}

TEST(SafetensorsHeader, RefusesWhatDoesNotFitTheFile) {
  for (const auto& [header, message] :
       {std::pair{cat("{", entry("a", "U8", "[3]", 0, 4), "}"), "need 3 bytes"},
        {cat("{", entry("a", "F32", "[4294967296, 4294967296]", 0, 4), "}"),
         "larger than the file"},
        {cat("{", entry("a", "F32", "[1]", 8, 4), "}"), "leave the 4 bytes"},
        {cat("{", entry("a", "F32", "[0]", 0, 0), "}"), "end at byte 0 of 4"},
        {cat("{", entry("a", "Q4", "[1]", 0, 4), "}"), "unknown dtype"},
        {cat("{", entry("a", "F32", "[-1]", 0, 4), "}"), "bad shape"},
        {std::string("[]"), "no JSON object"},
        {std::string("{\"a\": 1}"), "expected dtype"}}) {
    const auto tensors = parse_safetensors_header(file(header, 4));
    ASSERT_FALSE(tensors) << header;
    EXPECT_EQ(tensors.error().kind, ErrorKind::kModel);
    EXPECT_THAT(tensors.error().message, HasSubstr(message));
  }
  EXPECT_FALSE(parse_safetensors_header("1234567"));
  EXPECT_FALSE(parse_safetensors_header(std::string(8, '\xFF')));
}

}  // namespace
}  // namespace slava
