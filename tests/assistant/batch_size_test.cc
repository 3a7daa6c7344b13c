#include "assistant/batch_size.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

TEST(BatchSize, IsWhatFitsAndNeverNothing) {
  EXPECT_EQ(batch_size({.sequence_bytes = 100, .available_bytes = 799}), 7);
  EXPECT_EQ(batch_size({.sequence_bytes = 100, .available_bytes = 99}), 1);
  EXPECT_EQ(batch_size({.sequence_bytes = 100, .available_bytes = 0}), 1);
  EXPECT_EQ(batch_size({.sequence_bytes = 1, .available_bytes = 1 << 20}), kLargestBatch);
  EXPECT_EQ(batch_size({.sequence_bytes = 0, .available_bytes = 0}), kLargestBatch);
}

TEST(AvailableMemory, IsToldByTheSystem) { EXPECT_GT(available_memory(), uint64_t{1} << 24); }

}  // namespace
}  // namespace slava
