// Takes the small files around a vocabulary (tokenizer_config.json, special_tokens_map.json,
// added_tokens.json); gives what they say of added and special tokens and of the begin token.
// Never here: the vocabulary itself.
#pragma once

#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "tokenizer/added_tokens.h"

namespace slava {

struct TokenizerConfig {
  // Whether any of the three files is there.
  bool present = false;
  std::string tokenizer_class;  // without "Fast"; empty: not named
  std::optional<bool> add_bos_token;
  std::optional<bool> add_prefix_space;
  std::optional<bool> legacy;

  // Special tokens by role ("eos_token"), in the reference's order; a role of several tokens is
  // there several times. Ids are not known here (-1).
  std::vector<std::pair<std::string, AddedToken>> special_tokens;
  // Added tokens with their ids, in order of ids.
  std::vector<AddedToken> added_tokens;

  // The content of the role's token; nullptr when the files name none.
  const std::string* special(std::string_view role) const;
  // Gives the role a token where the files name none.
  void set_default(const std::string& role, const std::string& content);
};

// kModel names the file and the field. Missing files are no error.
Result<TokenizerConfig> read_tokenizer_config(const std::filesystem::path& folder);

// One added token as tokenizer.json and tokenizer_config.json write it; without its id.
Result<AddedToken> parse_added_token(const nlohmann::json& description, const std::string& where);

}  // namespace slava
