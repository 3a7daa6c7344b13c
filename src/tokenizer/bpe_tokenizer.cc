#include "tokenizer/bpe_tokenizer.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "base/strings.h"
#include "base/utf8.h"

namespace slava {
namespace {

class BpeTokenizer : public Tokenizer {
 public:
  explicit BpeTokenizer(BpeParts parts)
      : parts_(std::move(parts)),
        as_written_(splitter_of(/*normalized=*/false)),
        in_normalized_(splitter_of(/*normalized=*/true)) {
    highest_id_ = parts_.model.highest_id();
    for (const AddedToken& token : parts_.added_tokens) {
      added_pieces_[token.id] = pattern_of(token);
      added_by_content_[token.content] = &token;
      if (token.special) special_ids_.insert(token.id);
      highest_id_ = std::max(highest_id_, token.id);
    }
  }

  Status find_end_and_begin() {
    const auto end = token_id(parts_.end_token);
    if (!end) {
      return fail(ErrorKind::kModel,
                  cat("eos_token: \"", parts_.end_token, "\" is neither in the vocabulary nor an ",
                      "added token; name the end token in tokenizer_config.json"));
    }
    end_token_ = *end;
    if (!parts_.begin_token) return {};
    begin_token_ = token_id(*parts_.begin_token);
    if (!begin_token_) {
      return fail(ErrorKind::kModel, cat("bos_token: \"", *parts_.begin_token,
                                         "\" is neither in the vocabulary nor an added token"));
    }
    return {};
  }

  std::vector<int64_t> encode(std::string_view text) const override {
    const std::string valid = replace_broken_utf8(text);
    std::vector<int64_t> ids;
    for (const Stretch& outer : as_written_.split(valid)) {
      if (outer.token != nullptr) {
        ids.push_back(outer.token->id);
        continue;
      }
      const std::string normalized =
          parts_.normalizer.apply(valid.substr(outer.begin, outer.end - outer.begin));
      for (const Stretch& inner : in_normalized_.split(normalized)) {
        if (inner.token != nullptr) {
          ids.push_back(inner.token->id);
          continue;
        }
        const bool at_begin = outer.begin == 0 && inner.begin == 0;
        for (const std::string& piece : parts_.pre_tokenizer.split(
                 normalized.substr(inner.begin, inner.end - inner.begin), at_begin)) {
          parts_.model.encode(piece, ids);
        }
      }
    }
    return ids;
  }

  std::string decode(const std::vector<int64_t>& ids) const override {
    std::vector<std::string> pieces;
    for (const int64_t id : ids) {
      const auto added = added_pieces_.find(id);
      const std::string* piece =
          added != added_pieces_.end() ? &added->second : parts_.model.piece_of(id);
      if (piece != nullptr && special_ids_.count(id) == 0) pieces.push_back(*piece);
    }
    return parts_.decoder.decode(std::move(pieces));
  }

  int64_t vocabulary() const override { return highest_id_ + 1; }
  int64_t end_token() const override { return end_token_; }
  std::optional<int64_t> begin_token() const override { return begin_token_; }
  std::optional<int64_t> token_id(std::string_view piece) const override {
    const auto added = added_by_content_.find(piece);
    if (added != added_by_content_.end()) return added->second->id;
    return parts_.model.id_of(piece);
  }

 private:
  // What the token looks like in the text that it is looked for in. The reference (tokenizers 0.23)
  // decodes it to that as well; that it then takes a special token for text is not followed.
  std::string pattern_of(const AddedToken& token) const {
    return token.normalized ? parts_.normalizer.apply(token.content) : token.content;
  }

  AddedTokenSplitter splitter_of(bool normalized) const {
    std::vector<const AddedToken*> tokens;
    std::vector<std::string> patterns;
    for (const AddedToken& token : parts_.added_tokens) {
      if (token.normalized != normalized) continue;
      tokens.push_back(&token);
      patterns.push_back(pattern_of(token));
    }
    return AddedTokenSplitter(std::move(tokens), patterns);
  }

  BpeParts parts_;
  AddedTokenSplitter as_written_;
  AddedTokenSplitter in_normalized_;
  std::unordered_map<int64_t, std::string> added_pieces_;
  std::unordered_map<std::string_view, const AddedToken*> added_by_content_;
  std::unordered_set<int64_t> special_ids_;
  int64_t highest_id_ = -1;
  int64_t end_token_ = -1;
  std::optional<int64_t> begin_token_;
};

}  // namespace

int64_t next_added_id(const BpeModel& model, const std::vector<AddedToken>& added) {
  int64_t next = model.pieces();
  for (const AddedToken& token : added) next = std::max(next, token.id + 1);
  return next;
}

void add_special_tokens(const TokenizerConfig& config, const BpeModel& model,
                        std::vector<AddedToken>& added) {
  for (const auto& [role, special] : config.special_tokens) {
    const bool known =
        std::any_of(added.begin(), added.end(), [&, &wanted = special](const AddedToken& token) {
          return token.content == wanted.content;
        });
    if (known) continue;
    AddedToken token = special;
    token.id = model.id_of(token.content).value_or(next_added_id(model, added));
    added.push_back(std::move(token));
  }
}

Result<std::unique_ptr<Tokenizer>> make_bpe_tokenizer(BpeParts parts) {
  auto tokenizer = std::make_unique<BpeTokenizer>(std::move(parts));
  SLAVA_TRY_STATUS(tokenizer->find_end_and_begin());
  return tokenizer;
}

}  // namespace slava
