#include "weights/shard_index.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace slava {
namespace {

TEST(ShardIndex, NamesFilesOfItsOwnFolderAlone) {
  const auto index = parse_shard_index(R"({"weight_map": {"a": "m-1.safetensors"}})");
  ASSERT_TRUE(index) << index.error();
  EXPECT_EQ(index->at("a"), "m-1.safetensors");
  for (const char* file :
       {"\"../m.safetensors\"", "\"/etc/m.safetensors\"", "\"m.bin\"", "1", "\"\""}) {
    const auto refused = parse_shard_index(std::string("{\"weight_map\": {\"a\": ") + file + "}}");
    ASSERT_FALSE(refused) << file;
    EXPECT_THAT(refused.error().message, testing::HasSubstr("weight_map.a"));
  }
  EXPECT_FALSE(parse_shard_index("{\"weight_map\": {}}"));
  EXPECT_FALSE(parse_shard_index("[]"));
}

}  // namespace
}  // namespace slava
