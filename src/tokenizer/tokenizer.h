// Text into token ids and back.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace slava {

class Tokenizer {
 public:
  virtual ~Tokenizer() = default;

  // Ids of UTF-8 text; no begin or end token is added.
  virtual std::vector<int64_t> encode(std::string_view text) const = 0;
  // Control tokens give no text; ids outside the vocabulary are skipped.
  virtual std::string decode(const std::vector<int64_t>& ids) const = 0;

  virtual int64_t vocabulary() const = 0;
  virtual int64_t end_token() const = 0;  // the vocabulary's own end of text
};

// The tokenizer that the checkpoint folder holds: `tokenizer.model` (sentencepiece).
// kModel names the files that were looked for.
Result<std::unique_ptr<Tokenizer>> load_tokenizer(const std::filesystem::path& folder);

}  // namespace slava
