// Byte-pair tokenizers of a checkpoint folder, in the two forms that they are published in.
#pragma once

#include <filesystem>
#include <memory>

#include "base/result.h"
#include "tokenizer/tokenizer.h"

namespace slava {

// `tokenizer.json`, as the reference's `tokenizers` library reads it. kModel names file and field.
Result<std::unique_ptr<Tokenizer>> load_tokenizer_json(const std::filesystem::path& folder);

// `vocab.json` and `merges.txt`: the byte-level vocabulary of GPT-2, CodeGen and Phi-2.
Result<std::unique_ptr<Tokenizer>> load_vocab_merges(const std::filesystem::path& folder);

}  // namespace slava
