#include "base/hash.h"

#include <gtest/gtest.h>

#include <set>

#include "base/file.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

// FIPS 180-4 examples.
constexpr const char* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kOfNothing =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(Hash, Sha256OfKnownTexts) {
  EXPECT_EQ(sha256_hex("abc"), kOfAbc);
  EXPECT_EQ(sha256_hex(""), kOfNothing);
}

TEST(Hash, PiecesGiveTheHashOfTheWhole) {
  Sha256 hash;
  hash.update("a");
  hash.update("");
  hash.update("bc");
  EXPECT_EQ(hash.hex(), kOfAbc);
}

TEST(Hash, AFileHasTheHashOfItsBytesAcrossReadingPieces) {
  const TemporaryFolder folder;
  const std::string bytes((size_t{1} << 20) + 7, 'x');
  ASSERT_TRUE(write_file_atomically(folder / "x", bytes));
  EXPECT_EQ(sha256_file(folder / "x").value(), sha256_hex(bytes));
}

TEST(Hash, AMissingFileIsAnInputError) {
  const TemporaryFolder folder;
  const auto hash = sha256_file(folder / "none");
  ASSERT_FALSE(hash);
  EXPECT_EQ(hash.error().kind, ErrorKind::kInput);
}

TEST(Hash, MixSeedDependsOnEachPlaceAndRepeats) {
  EXPECT_EQ(mix_seed(1, 2, 3), mix_seed(1, 2, 3));
  std::set<uint64_t> seen;
  for (uint64_t a = 0; a < 8; ++a) {
    for (uint64_t b = 0; b < 8; ++b) {
      for (uint64_t c = 0; c < 8; ++c) seen.insert(mix_seed(a, b, c));
    }
  }
  EXPECT_EQ(seen.size(), 512u);
}

TEST(Hash, MixSeedChangesHalfOfTheBits) {
  int changed = 0;
  for (uint64_t a = 0; a < 64; ++a) {
    changed += __builtin_popcountll(mix_seed(a, 0) ^ mix_seed(a + 1, 0));
  }
  EXPECT_NEAR(changed / 64.0, 32.0, 4.0);
}

}  // namespace
}  // namespace slava
