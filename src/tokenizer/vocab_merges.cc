#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "tokenizer/bpe_files.h"
#include "tokenizer/bpe_tokenizer.h"
#include "tokenizer/json_parts.h"

namespace slava {
namespace {

using nlohmann::json;

constexpr const char* kEndOfText = "<|endoftext|>";
constexpr size_t kMaxMergesBytes = size_t{64} << 20;

// One merge a line, "left right", best first, after a line with the format's version.
Result<BpeModel::Merges> read_merges(const std::filesystem::path& path) {
  const auto text = read_file(path, kMaxMergesBytes);
  if (!text) return fail(ErrorKind::kModel, text.error().message);
  if (!is_utf8(*text)) return fail(ErrorKind::kModel, cat(path.string(), ": no UTF-8"));
  BpeModel::Merges merges;
  size_t number = 0;
  for (size_t at = 0; at < text->size();) {
    const size_t end = std::min(text->find('\n', at), text->size());
    std::string_view line = std::string_view(*text).substr(at, end - at);
    at = end + 1;
    ++number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || (number == 1 && line.substr(0, 8) == "#version")) continue;
    const size_t space = line.find(' ');
    if (space == std::string_view::npos || space == 0 || space + 1 == line.size() ||
        line.find(' ', space + 1) != std::string_view::npos) {
      return fail(ErrorKind::kModel, cat(path.string(), ": line ", number,
                                         ": expected two pieces with one space between them"));
    }
    merges.emplace_back(line.substr(0, space), line.substr(space + 1));
  }
  return merges;
}

}  // namespace

Result<std::unique_ptr<Tokenizer>> load_vocab_merges(const std::filesystem::path& folder) {
  const auto vocab_path = folder / "vocab.json";
  const auto merges_path = folder / "merges.txt";
  SLAVA_TRY(const json vocab, read_json_object(vocab_path));
  SLAVA_TRY(auto vocabulary, json_ids(vocab, vocab_path.string()));
  SLAVA_TRY(const auto merges, read_merges(merges_path));
  SLAVA_TRY(TokenizerConfig config, read_tokenizer_config(folder));
  for (const char* role : {"bos_token", "eos_token", "unk_token"}) {
    config.set_default(role, kEndOfText);
  }
  auto model = BpeModel::create(std::move(vocabulary), merges, {});
  if (!model) {
    return fail(model.error().in(cat(vocab_path.string(), " with ", merges_path.string())));
  }
  BpeParts parts;
  parts.model = *std::move(model);
  parts.pre_tokenizer = PreTokenizer::byte_level(config.add_prefix_space.value_or(false));
  parts.decoder = PieceDecoder::byte_level();
  parts.added_tokens = config.added_tokens;
  for (const AddedToken& token : parts.added_tokens) {
    const std::string* piece = parts.model.piece_of(token.id);
    const auto id = parts.model.id_of(token.content).value_or(token.id);
    if (id != token.id || (piece != nullptr && *piece != token.content)) {
      return fail(ErrorKind::kModel, cat(folder.string(), ": added token \"", token.content,
                                         "\" has id ", token.id, ", which vocab.json contradicts"));
    }
  }
  add_special_tokens(config, parts.model, parts.added_tokens);
  parts.end_token = *config.special("eos_token");
  if (config.add_bos_token.value_or(false)) parts.begin_token = *config.special("bos_token");
  auto tokenizer = make_bpe_tokenizer(std::move(parts));
  if (!tokenizer) return fail(tokenizer.error().in(folder.string()));
  return tokenizer;
}

}  // namespace slava
