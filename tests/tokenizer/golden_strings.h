// Strings that the reference tokenizers were asked for, and hashes of what they said: the
// counterpart of scripts/make_tokenizer_golden.py.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace slava {

// Strings in a block, which shares one hash.
inline constexpr size_t kGoldenBlock = 16;
inline constexpr size_t kGoldenStrings = 12'000;

// splitmix64.
class Draw {
 public:
  explicit Draw(uint64_t seed) : state_(seed) {}
  uint64_t next();
  uint64_t below(uint64_t bound) { return next() % bound; }
  const std::string& of(const std::vector<std::string>& items) {
    return items[below(items.size())];
  }
  // A code point below `bound` that is no surrogate, as UTF-8.
  std::string scalar(uint64_t bound);

 private:
  uint64_t state_;
};

using Atoms = std::map<std::string, std::vector<std::string>>;

// The pieces that strings are made of, tests/golden/tokenizer/atoms.json.
Atoms read_atoms();

// String `index`, not always UTF-8: reports, all of Unicode, white space, emoji, damaged bytes,
// added tokens.
std::string golden_string(uint64_t index, const Atoms& atoms);

// Code points 256 * index and on, each between a letter, a space and a digit.
std::string code_point_string(uint64_t index);

// The first 16 hexadecimal digits of the SHA-256.
std::string golden_hash(const std::string& bytes);

// One hash for each block of results, one after the other.
std::string block_hashes(const std::vector<std::string>& results);

// Ids as bytes for hashing.
std::string ids_bytes(const std::vector<int64_t>& ids);

}  // namespace slava
