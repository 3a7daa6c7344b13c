// sentencepiece vocabularies: loading, and training one on a corpus.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "tokenizer/tokenizer.h"

namespace slava {

Result<std::unique_ptr<Tokenizer>> load_sentencepiece(const std::filesystem::path& model);

// Trains a unigram vocabulary of `vocabulary` pieces on `sentences` and writes it to `model`. Bytes
// are the fallback, so every text can be written; white space and case are kept as they are.
// kInput when the corpus is too small for the vocabulary.
Status train_sentencepiece(const std::vector<std::string>& sentences, int vocabulary,
                           const std::filesystem::path& model);

}  // namespace slava
