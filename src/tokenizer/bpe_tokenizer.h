// Takes the parts that a byte-pair tokenizer's files describe; is the tokenizer that the
// reference's `tokenizers` library makes of them. Never reads a file.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/bpe_model.h"
#include "tokenizer/normalizer.h"
#include "tokenizer/piece_decoder.h"
#include "tokenizer/pre_tokenizer.h"
#include "tokenizer/tokenizer.h"
#include "tokenizer/tokenizer_config.h"

namespace slava {

struct BpeParts {
  BpeModel model;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  PieceDecoder decoder;
  std::vector<AddedToken> added_tokens;  // in the order they were added
  std::string end_token;
  std::optional<std::string> begin_token;
};

// Adds to `added` the configuration's special tokens that it lacks, with the ids that the reference
// gives them: the vocabulary's where it has the piece, else the next free one.
void add_special_tokens(const TokenizerConfig& config, const BpeModel& model,
                        std::vector<AddedToken>& added);

// The id that the reference gives to the next token that neither vocabulary nor `added` has.
int64_t next_added_id(const BpeModel& model, const std::vector<AddedToken>& added);

// kModel when the end or begin token has no id.
Result<std::unique_ptr<Tokenizer>> make_bpe_tokenizer(BpeParts parts);

}  // namespace slava
