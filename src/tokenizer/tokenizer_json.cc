#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "base/strings.h"
#include "tokenizer/bpe_files.h"
#include "tokenizer/bpe_tokenizer.h"
#include "tokenizer/json_parts.h"

namespace slava {
namespace {

using nlohmann::json;

const json& part(const json& file, const char* key) {
  static const json kNull;
  const auto found = file.find(key);
  return found == file.end() ? kNull : *found;
}

// A merge is "left right" or ["left", "right"].
Result<BpeModel::Merges> parse_merges(const json& model, const std::string& where) {
  const json& list = part(model, "merges");
  if (!list.is_array()) return fail(ErrorKind::kModel, cat(where, ": merges is no array"));
  BpeModel::Merges merges;
  merges.reserve(list.size());
  for (const json& merge : list) {
    if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
      merges.emplace_back(merge[0].get<std::string>(), merge[1].get<std::string>());
      continue;
    }
    const auto sides = merge.is_string() ? split(merge.get_ref<const std::string&>(), ' ')
                                         : std::vector<std::string>();
    if (sides.size() != 2) {
      return fail(ErrorKind::kModel,
                  cat(where, ": merges: merge ", merges.size() + 1, " is not two pieces"));
    }
    merges.emplace_back(sides[0], sides[1]);
  }
  return merges;
}

Result<BpeModel> parse_model(const json& file, const std::string& where) {
  const json& model = part(file, "model");
  JsonFields fields(model, where);
  const std::string type = fields.text_or("type", "BPE");
  BpeOptions options;
  options.unknown_piece = fields.text_or("unk_token", "");
  options.fuse_unknown = fields.flag_or("fuse_unk", false);
  options.byte_fallback = fields.flag_or("byte_fallback", false);
  options.ignore_merges = fields.flag_or("ignore_merges", false);
  const double dropout = fields.number_or("dropout", 0);
  const std::string affixes =
      fields.text_or("continuing_subword_prefix", "") + fields.text_or("end_of_word_suffix", "");
  SLAVA_TRY_STATUS(fields.finish());
  if (type != "BPE") {
    return fail(ErrorKind::kModel, cat(where, ": type is \"", type, "\"; expected BPE"));
  }
  if (dropout != 0 || !affixes.empty()) {
    return fail(ErrorKind::kModel,
                cat(where, ": expected no dropout, continuing_subword_prefix and ",
                    "end_of_word_suffix, as byte-level vocabularies have none"));
  }
  SLAVA_TRY(auto vocabulary, json_ids(part(model, "vocab"), where + ": vocab"));
  SLAVA_TRY(const auto merges, parse_merges(model, where));
  auto made = BpeModel::create(std::move(vocabulary), merges, std::move(options));
  if (!made) return fail(made.error().in(where));
  return made;
}

// The reference numbers added tokens itself; a file that says otherwise is damaged.
Status add_token(AddedToken token, int64_t id, const BpeModel& model, const std::string& where,
                 std::vector<AddedToken>& added) {
  const bool known = std::any_of(added.begin(), added.end(), [&](const AddedToken& other) {
    return other.content == token.content;
  });
  if (known || token.content.empty()) return {};
  token.id = model.id_of(token.content).value_or(next_added_id(model, added));
  if (token.id != id) {
    return fail(ErrorKind::kModel, cat(where, ": the id of \"", token.content, "\" is ", id,
                                       "; expected ", token.id, ", the next free one"));
  }
  added.push_back(std::move(token));
  return {};
}

Result<std::vector<AddedToken>> parse_added_tokens(const json& file, const BpeModel& model,
                                                   const std::string& where) {
  std::vector<AddedToken> added;
  const json& list = part(file, "added_tokens");
  if (list.is_null()) return added;
  if (!list.is_array()) return fail(ErrorKind::kModel, cat(where, ": expected an array"));
  for (const json& description : list) {
    SLAVA_TRY(AddedToken token, parse_added_token(description, where));
    JsonFields fields(description, where);
    const int64_t id = fields.integer("id", 0, kMaxTokenId - 1);
    SLAVA_TRY_STATUS(fields.finish());
    SLAVA_TRY_STATUS(add_token(std::move(token), id, model, where, added));
  }
  return added;
}

// The special token that a post-processor puts before a text; empty: none.
Result<std::string> parse_prefix(const json& processor, const std::string& where, int depth = 0) {
  if (processor.is_null()) return std::string();
  JsonFields fields(processor, where);
  const std::string type = fields.text("type");
  SLAVA_TRY_STATUS(fields.finish());
  if (type == "ByteLevel") return std::string();
  if (type == "Sequence") {
    SLAVA_TRY(const json* steps, json_array(processor, "processors", where, depth));
    std::string prefix;
    for (const json& step : *steps) {
      SLAVA_TRY(const std::string one, parse_prefix(step, where, depth + 1));
      if (!one.empty() && !prefix.empty()) {
        return fail(ErrorKind::kModel, cat(where, ": expected one begin token, found two"));
      }
      if (!one.empty()) prefix = one;
    }
    return prefix;
  }
  if (type != "TemplateProcessing") {
    return fail(ErrorKind::kModel, cat(where, ": type is \"", type,
                                       "\"; expected ByteLevel, TemplateProcessing or a Sequence"));
  }
  SLAVA_TRY(const json* single, json_array(processor, "single", where, depth));
  std::string prefix;
  for (const json& item : *single) {
    const json& special = item.is_object() ? part(item, "SpecialToken") : json();
    if (!special.is_object()) break;  // the text
    JsonFields token(special, where + ": single");
    if (!prefix.empty()) {
      return fail(ErrorKind::kModel, cat(where, ": single: expected one begin token, found two"));
    }
    prefix = token.text("id");
    SLAVA_TRY_STATUS(token.finish());
  }
  return prefix;
}

// GPT-2's tokenizers are told in tokenizer_config.json, not here, whether a space comes first.
json with_prefix_space(json pre_tokenizer, const TokenizerConfig& config) {
  if (config.present && pre_tokenizer.is_object() && part(pre_tokenizer, "type") == "ByteLevel") {
    pre_tokenizer["add_prefix_space"] = config.add_prefix_space.value_or(false);
  }
  return pre_tokenizer;
}

bool is_byte_level(const json& decoder) {
  if (part(decoder, "type") == "ByteLevel") return true;
  const json& steps = part(decoder, "decoders");
  return steps.is_array() && std::any_of(steps.begin(), steps.end(), [](const json& step) {
           return step.is_object() && part(step, "type") == "ByteLevel";
         });
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_tokenizer_json(const std::filesystem::path& folder) {
  const std::string path = (folder / "tokenizer.json").string();
  SLAVA_TRY(const json file, read_json_object(path));
  SLAVA_TRY(const TokenizerConfig config, read_tokenizer_config(folder));
  BpeParts parts;
  SLAVA_TRY(parts.model, parse_model(file, path + ": model"));
  SLAVA_TRY(parts.normalizer, Normalizer::parse(part(file, "normalizer"), path + ": normalizer"));
  SLAVA_TRY(parts.pre_tokenizer,
            PreTokenizer::parse(with_prefix_space(part(file, "pre_tokenizer"), config),
                                path + ": pre_tokenizer"));
  SLAVA_TRY(parts.decoder, PieceDecoder::parse(part(file, "decoder"), path + ": decoder"));
  SLAVA_TRY(parts.added_tokens, parse_added_tokens(file, parts.model, path + ": added_tokens"));
  for (const AddedToken& token : config.added_tokens) {
    SLAVA_TRY_STATUS(add_token(token, token.id, parts.model,
                               (folder / "tokenizer_config.json").string(), parts.added_tokens));
  }
  add_special_tokens(config, parts.model, parts.added_tokens);
  // The reference's defaults: those of GPT-2 and of LLaMA.
  const std::string* end = config.special("eos_token");
  parts.end_token = end != nullptr                         ? *end
                    : is_byte_level(part(file, "decoder")) ? "<|endoftext|>"
                                                           : "</s>";
  SLAVA_TRY(std::string begin,
            parse_prefix(part(file, "post_processor"), path + ": post_processor"));
  if (config.add_bos_token) {
    const std::string* named = config.special("bos_token");
    begin = *config.add_bos_token && named != nullptr ? *named : "";
  }
  if (!begin.empty()) parts.begin_token = begin;
  auto tokenizer = make_bpe_tokenizer(std::move(parts));
  if (!tokenizer) return fail(tokenizer.error().in(path));
  return tokenizer;
}

}  // namespace slava
