#include "tokenizer/tokenizer_config.h"

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "base/strings.h"
#include "tokenizer/bpe_model.h"
#include "tokenizer/json_parts.h"

namespace slava {
namespace {

using nlohmann::json;

constexpr size_t kMaxContentBytes = 1024;
constexpr const char* kSeveral = "additional_special_tokens";

const std::vector<std::string>& roles() {
  static const std::vector<std::string> kRoles = {"bos_token",  "eos_token", "unk_token",
                                                  "sep_token",  "pad_token", "cls_token",
                                                  "mask_token", kSeveral};
  return kRoles;
}

// A special token stands as its text or as an object with its flags.
Result<AddedToken> parse_special_token(const json& value, const std::string& where) {
  if (!value.is_string()) {
    SLAVA_TRY(AddedToken token, parse_added_token(value, where));
    token.special = true;
    return token;
  }
  AddedToken token;
  token.content = value.get<std::string>();
  token.special = true;
  token.normalized = false;
  if (token.content.size() > kMaxContentBytes) {
    return fail(ErrorKind::kModel, cat(where, ": expected at most ", kMaxContentBytes, " bytes"));
  }
  return token;
}

class ConfigReader {
 public:
  explicit ConfigReader(const std::filesystem::path& folder) : folder_(folder) {}

  Result<TokenizerConfig> read() {
    bool names_added_tokens = false;
    if (exists("tokenizer_config.json")) SLAVA_TRY_STATUS(read_config(names_added_tokens));
    // Older checkpoints have these instead; the reference reads them only then.
    if (!names_added_tokens) {
      if (exists("special_tokens_map.json")) SLAVA_TRY_STATUS(read_special_tokens_map());
      if (exists("added_tokens.json")) SLAVA_TRY_STATUS(read_added_tokens());
    }
    SLAVA_TRY_STATUS(finish_added_tokens());
    return std::move(config_);
  }

 private:
  bool exists(const char* name) {
    std::error_code error;
    const bool found = std::filesystem::exists(folder_ / name, error);
    config_.present = config_.present || found;
    return found;
  }

  Status read_config(bool& names_added_tokens) {
    const auto path = folder_ / "tokenizer_config.json";
    SLAVA_TRY(const json file, read_json_object(path));
    JsonFields fields(file, path.string());
    config_.tokenizer_class = fields.text_or("tokenizer_class", "");
    const std::string_view name = config_.tokenizer_class;
    if (name.size() > 4 && name.substr(name.size() - 4) == "Fast") {
      config_.tokenizer_class.resize(name.size() - 4);
    }
    const auto flag = [&](const char* key) -> std::optional<bool> {
      if (!fields.has(key)) return std::nullopt;
      return fields.flag_or(key, false);
    };
    config_.add_bos_token = flag("add_bos_token");
    config_.add_prefix_space = flag("add_prefix_space");
    config_.legacy = flag("legacy");
    const bool splits_special = fields.flag_or("split_special_tokens", false);
    SLAVA_TRY_STATUS(fields.finish());
    const bool has_options = fields.has("sp_model_kwargs") && !file["sp_model_kwargs"].empty();
    if (splits_special || has_options) {
      return fail(
          ErrorKind::kModel,
          cat(path.string(), ": ", splits_special ? "split_special_tokens" : "sp_model_kwargs",
              " is set, which this program does not support; remove it to go on without"));
    }
    SLAVA_TRY_STATUS(read_roles(file, path.string()));
    if (fields.has("extra_special_tokens")) {
      const json& extra = file["extra_special_tokens"];
      if (!extra.is_object() && !extra.is_array()) {
        return fail(ErrorKind::kModel, cat(path.string(), ": extra_special_tokens is no object"));
      }
      for (const auto& [role, value] : extra.items()) {
        SLAVA_TRY_STATUS(add_special("extra_special_tokens", value, path.string()));
      }
    }
    names_added_tokens = fields.has("added_tokens_decoder");
    if (names_added_tokens) {
      return read_added_tokens_decoder(file["added_tokens_decoder"],
                                       path.string() + ": added_tokens_decoder");
    }
    return {};
  }

  Status read_added_tokens_decoder(const json& decoder, const std::string& where) {
    if (!decoder.is_object()) return fail(ErrorKind::kModel, cat(where, ": expected an object"));
    for (const auto& [key, value] : decoder.items()) {
      int64_t id = -1;
      const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), id);
      if (error != std::errc() || end != key.data() + key.size()) {
        return fail(ErrorKind::kModel,
                    cat(where, ": key \"", key.substr(0, 40), "\"; expected a token's id"));
      }
      SLAVA_TRY(AddedToken token, parse_added_token(value, cat(where, ": ", key.substr(0, 40))));
      SLAVA_TRY_STATUS(add_token(std::move(token), id, where));
    }
    return {};
  }

  Status read_special_tokens_map() {
    const auto path = folder_ / "special_tokens_map.json";
    SLAVA_TRY(const json file, read_json_object(path));
    return read_roles(file, path.string());
  }

  Status read_added_tokens() {
    const auto path = folder_ / "added_tokens.json";
    SLAVA_TRY(const json file, read_json_object(path));
    for (const auto& [content, id] : file.items()) {
      const std::string where = path.string();
      JsonFields fields(file, where);
      const int64_t checked_id = fields.integer(content, 0, kMaxTokenId - 1);
      SLAVA_TRY_STATUS(fields.finish());
      AddedToken token;
      token.content = content;
      token.special = std::any_of(
          config_.special_tokens.begin(), config_.special_tokens.end(),
          [&, &name = content](const auto& special) { return special.second.content == name; });
      token.normalized = !token.special;
      SLAVA_TRY_STATUS(add_token(std::move(token), checked_id, where));
    }
    return {};
  }

  Status read_roles(const json& file, const std::string& where) {
    for (const std::string& role : roles()) {
      const auto value = file.find(role);
      if (value == file.end() || value->is_null()) continue;
      if (role != kSeveral) {
        remove_role(role);
        SLAVA_TRY_STATUS(add_special(role, *value, where));
        continue;
      }
      if (!value->is_array()) {
        return fail(ErrorKind::kModel, cat(where, ": ", role, " is no array"));
      }
      for (const json& one : *value) SLAVA_TRY_STATUS(add_special(role, one, where));
    }
    return {};
  }

  void remove_role(const std::string& role) {
    auto& tokens = config_.special_tokens;
    tokens.erase(std::remove_if(tokens.begin(), tokens.end(),
                                [&](const auto& token) { return token.first == role; }),
                 tokens.end());
  }

  Status add_special(const std::string& role, const json& value, const std::string& where) {
    SLAVA_TRY(AddedToken token, parse_special_token(value, cat(where, ": ", role)));
    if (!token.content.empty()) config_.special_tokens.emplace_back(role, std::move(token));
    return {};
  }

  Status add_token(AddedToken token, int64_t id, const std::string& where) {
    if (id < 0 || id >= kMaxTokenId) {
      return fail(ErrorKind::kModel, cat(where, ": the id of \"", token.content, "\" is ", id,
                                         "; expected 0 to ", kMaxTokenId - 1));
    }
    if (token.content.empty() || token.content.size() > kMaxContentBytes) {
      return fail(ErrorKind::kModel, cat(where, ": token ", id, " has ", token.content.size(),
                                         " bytes; expected 1 to ", kMaxContentBytes));
    }
    token.id = id;
    config_.added_tokens.push_back(std::move(token));
    where_added_ = where;
    return {};
  }

  // In order of ids, each id and each content once.
  Status finish_added_tokens() {
    auto& tokens = config_.added_tokens;
    std::sort(tokens.begin(), tokens.end(),
              [](const AddedToken& a, const AddedToken& b) { return a.id < b.id; });
    std::vector<std::string_view> contents;
    for (size_t i = 0; i < tokens.size(); ++i) {
      if (i > 0 && tokens[i].id == tokens[i - 1].id) {
        return fail(ErrorKind::kModel,
                    cat(where_added_, ": id ", tokens[i].id, " is given to \"",
                        tokens[i - 1].content, "\" and to \"", tokens[i].content, "\""));
      }
      contents.push_back(tokens[i].content);
    }
    std::sort(contents.begin(), contents.end());
    const auto twice = std::adjacent_find(contents.begin(), contents.end());
    if (twice != contents.end()) {
      return fail(ErrorKind::kModel, cat(where_added_, ": \"", *twice, "\" is there twice"));
    }
    std::stable_sort(config_.special_tokens.begin(), config_.special_tokens.end(),
                     [](const auto& a, const auto& b) { return order(a.first) < order(b.first); });
    // A special token that is an added token as well has the added token's flags.
    for (auto& [role, special] : config_.special_tokens) {
      const auto same = std::find_if(
          tokens.begin(), tokens.end(),
          [&, &special = special](const auto& token) { return token.content == special.content; });
      if (same != tokens.end()) special = *same;
    }
    return {};
  }

  static size_t order(const std::string& role) {
    return std::find(roles().begin(), roles().end(), role) - roles().begin();
  }

  std::filesystem::path folder_;
  TokenizerConfig config_;
  std::string where_added_;
};

}  // namespace

const std::string* TokenizerConfig::special(std::string_view role) const {
  for (const auto& [name, token] : special_tokens) {
    if (name == role) return &token.content;
  }
  return nullptr;
}

void TokenizerConfig::set_default(const std::string& role, const std::string& content) {
  if (special(role) != nullptr) return;
  AddedToken token;
  token.content = content;
  token.normalized = false;
  token.special = true;
  for (const AddedToken& added : added_tokens) {
    if (added.content == content) token = added;
  }
  special_tokens.emplace_back(role, std::move(token));
}

Result<AddedToken> parse_added_token(const json& description, const std::string& where) {
  AddedToken token;
  JsonFields fields(description, where);
  token.content = fields.text("content");
  token.single_word = fields.flag_or("single_word", false);
  token.lstrip = fields.flag_or("lstrip", false);
  token.rstrip = fields.flag_or("rstrip", false);
  token.special = fields.flag_or("special", false);
  token.normalized = fields.flag_or("normalized", !token.special);
  SLAVA_TRY_STATUS(fields.finish());
  if (token.content.size() > kMaxContentBytes) {
    return fail(ErrorKind::kModel, cat(where, ": content has ", token.content.size(),
                                       " bytes; expected at most ", kMaxContentBytes));
  }
  return token;
}

Result<TokenizerConfig> read_tokenizer_config(const std::filesystem::path& folder) {
  return ConfigReader(folder).read();
}

}  // namespace slava
