// Takes a checkpoint's tokenizer files; turns text into token ids and back, as the reference does.
// Never adds a begin or end token by itself, and never guesses: what it does not know is an error.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace slava {

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Ids of UTF-8 text, added tokens recognised; no begin or end token is added. What is no UTF-8 is
  // first replaced with U+FFFD.
  virtual std::vector<int64_t> encode(std::string_view text) const = 0;
  // Special tokens give no text; ids outside the vocabulary are skipped. Always UTF-8: bytes that
  // are none give U+FFFD.
  virtual std::string decode(const std::vector<int64_t>& ids) const = 0;

  virtual int64_t vocabulary() const = 0;  // highest id + 1, added tokens included
  virtual int64_t end_token() const = 0;   // the vocabulary's own end of text
  // The id that the tokenizer's own files prefix to a prompt; nullopt when they prefix none.
  virtual std::optional<int64_t> begin_token() const { return std::nullopt; }
  // The id of an added token such as "<image>", else of the vocabulary's piece of that spelling.
  virtual std::optional<int64_t> token_id(std::string_view piece) const = 0;
};

// The tokenizer that the checkpoint folder holds: `tokenizer.model` (sentencepiece), else
// `tokenizer.json`, else `vocab.json` and `merges.txt`. kModel names the files that were looked
// for.
Result<std::unique_ptr<Tokenizer>> load_tokenizer(const std::filesystem::path& folder);

}  // namespace slava
