// SHA-256 of bytes and files, as lower-case hexadecimal; the names of checkpoints and films.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace slava {

class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  void update(std::string_view bytes);
  // 64 hexadecimal digits; the object takes no more bytes afterwards.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

std::string sha256_hex(std::string_view bytes);

// Reads the file in pieces. kInput when it cannot be read.
Result<std::string> sha256_file(const std::filesystem::path& path);

// Mixes numbers into one well-spread 64-bit seed (splitmix64), so that a random draw depends on
// (seed, epoch, item) alone and a resumed run repeats it.
uint64_t mix_seed(uint64_t a, uint64_t b, uint64_t c = 0);

}  // namespace slava
