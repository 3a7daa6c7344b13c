// Takes a sentencepiece vocabulary and the files around it; is the reference's slow LlamaTokenizer.
// Never reads a file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/tokenizer_config.h"

namespace sentencepiece {
class SentencePieceProcessor;
}

namespace slava {

// kModel when the bytes are no vocabulary, or the configuration is another tokenizer's.
Result<std::unique_ptr<Tokenizer>> make_llama_tokenizer(const std::string& model_bytes,
                                                        TokenizerConfig config);

// The id of a piece; nullopt when the vocabulary does not have it.
std::optional<int64_t> piece_id(const sentencepiece::SentencePieceProcessor& processor,
                                std::string_view piece);

}  // namespace slava
