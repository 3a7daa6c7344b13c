// sentencepiece vocabularies: loading one as LLaMA's tokenizer, and training one on a corpus.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace slava {

// `model` is the vocabulary. With tokenizer_config.json, special_tokens_map.json or
// added_tokens.json beside it, it is the reference's slow LlamaTokenizer: added tokens, `legacy`,
// `add_prefix_space`, `add_bos_token`. Without any of them it is the vocabulary alone, whose
// control pieces are no text.
Result<std::unique_ptr<Tokenizer>> load_sentencepiece(const std::filesystem::path& model);

// Trains a unigram vocabulary of `vocabulary` pieces on `sentences` and writes it to `model`. Bytes
// are the fallback, so every text can be written; white space and case are kept as they are.
// `symbols` are pieces of their own wherever they stand.
// kInput when the corpus is too small for the vocabulary.
Status train_sentencepiece(const std::vector<std::string>& sentences, int vocabulary,
                           const std::filesystem::path& model,
                           const std::vector<std::string>& symbols = {});

}  // namespace slava
