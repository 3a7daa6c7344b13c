#include "tokenizer/llama_sentencepiece.h"

#include <sentencepiece_processor.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "base/strings.h"
#include "base/utf8.h"
#include "tokenizer/added_tokens.h"
#include "tokenizer/unicode_classes.h"

namespace slava {
namespace {

constexpr std::string_view kSpaceMark = "\u2581";

// A protobuf message's fields may be repeated at its end, and the last value counts: this one says
// normalizer_spec.add_dummy_prefix = false.
constexpr std::string_view kNoDummyPrefix("\x1A\x02\x18\x00", 4);

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

std::string strip_left(std::string_view text) {
  while (!text.empty() && is_python_white_space(code_point_at(text, 0))) {
    text.remove_prefix(utf8_length(text[0]));
  }
  return std::string(text);
}

std::string strip_right(std::string_view text) {
  while (!text.empty()) {
    const size_t last = code_point_before(text, text.size());
    if (!is_python_white_space(code_point_at(text, last))) break;
    text = text.substr(0, last);
  }
  return std::string(text);
}

class LlamaTokenizer : public Tokenizer {
 public:
  Status load(const std::string& model_bytes, TokenizerConfig config) {
    if (config.tokenizer_class != "LlamaTokenizer" && !config.tokenizer_class.empty()) {
      return fail(ErrorKind::kModel,
                  cat("tokenizer_class is \"", config.tokenizer_class,
                      "\"; a tokenizer.model is read as a LlamaTokenizer's only"));
    }
    legacy_ = config.legacy.value_or(true);
    add_prefix_space_ = config.add_prefix_space.value_or(true);
    const auto status = processor_.LoadFromSerializedProto(
        legacy_ ? model_bytes : cat(model_bytes, kNoDummyPrefix));
    if (!status.ok()) {
      return fail(ErrorKind::kModel, cat("no sentencepiece model: ", status.ToString()));
    }
    config.set_default("bos_token", "<s>");
    config.set_default("eos_token", "</s>");
    config.set_default("unk_token", "<unk>");
    SLAVA_TRY_STATUS(add_tokens(config));
    unknown_ = *config.special("unk_token");
    unknown_pieces_ = pieces_of(unknown_).size();
    end_token_ = *token_id(*config.special("eos_token"));
    if (config.add_bos_token.value_or(true)) begin_token_ = token_id(*config.special("bos_token"));
    return {};
  }

  std::vector<int64_t> encode(std::string_view bytes) const override {
    std::string text = replace_broken_utf8(bytes);
    if (text.empty()) return {};
    if (!legacy_) {
      text = replace_all(std::move(text), kSpaceMark, " ");
      if (add_prefix_space_) text.insert(0, kSpaceMark);
    }
    std::vector<std::string> pieces = pieces_between_added_tokens(text);
    // The prefix alone before a special token is none.
    if (!legacy_ && pieces.size() > 1 && pieces[0] == kSpaceMark && special_.count(pieces[1]) > 0) {
      pieces.erase(pieces.begin());
    }
    std::vector<int64_t> ids;
    ids.reserve(pieces.size());
    for (const std::string& piece : pieces) {
      const auto added = added_.find(piece);
      ids.push_back(added != added_.end() ? tokens_[added->second].id
                                          : processor_.PieceToId(piece));
    }
    return ids;
  }

  std::string decode(const std::vector<int64_t>& ids) const override {
    std::vector<std::string> texts;
    std::vector<std::string> pieces;
    const auto flush = [&](bool keep_empty) {
      if (pieces.empty()) return;
      std::string text = text_of(std::move(pieces));
      if (keep_empty || !text.empty()) texts.push_back(std::move(text));
      pieces.clear();
    };
    for (const int64_t id : ids) {
      const auto piece = piece_of(id);
      if (!piece || special_.count(*piece) > 0) continue;
      if (added_.count(*piece) == 0) {
        pieces.push_back(*piece);
        continue;
      }
      flush(/*keep_empty=*/false);
      texts.push_back(*piece);
    }
    flush(/*keep_empty=*/true);
    // The reference puts a space between text and an added token.
    return join(texts, " ");
  }

  int64_t vocabulary() const override { return vocabulary_; }
  int64_t end_token() const override { return end_token_; }
  std::optional<int64_t> begin_token() const override { return begin_token_; }
  std::optional<int64_t> token_id(std::string_view piece) const override {
    const auto added = added_.find(std::string(piece));
    if (added != added_.end()) return tokens_[added->second].id;
    return piece_id(processor_, piece);
  }

 private:
  Status add_tokens(const TokenizerConfig& config) {
    tokens_ = config.added_tokens;
    std::set<std::string> distinct;
    for (int id = 0; id < processor_.GetPieceSize(); ++id)
      distinct.insert(processor_.IdToPiece(id));
    for (const AddedToken& token : tokens_) distinct.insert(token.content);
    // Special tokens without an id get the vocabulary's, else the next one.
    for (const auto& [role, special] : config.special_tokens) {
      special_.insert(special.content);
      if (std::any_of(tokens_.begin(), tokens_.end(), [&, &wanted = special](const auto& token) {
            return token.content == wanted.content;
          })) {
        continue;
      }
      AddedToken token = special;
      const auto next = static_cast<int64_t>(distinct.size());
      token.id = piece_id(processor_, token.content).value_or(next);
      distinct.insert(token.content);
      tokens_.push_back(std::move(token));
    }
    vocabulary_ = processor_.GetPieceSize();
    for (size_t i = 0; i < tokens_.size(); ++i) {
      matcher_.add(tokens_[i].content);
      added_[tokens_[i].content] = i;
      if (!by_id_.emplace(tokens_[i].id, i).second) {
        return fail(ErrorKind::kModel, cat("id ", tokens_[i].id, " is given to \"",
                                           tokens_[by_id_[tokens_[i].id]].content, "\" and to \"",
                                           tokens_[i].content, "\""));
      }
      vocabulary_ = std::max(vocabulary_, tokens_[i].id + 1);
    }
    return {};
  }

  std::vector<std::string> pieces_of(std::string_view text) const {
    std::vector<std::string> pieces;
    (void)processor_.Encode({text.data(), text.size()}, &pieces);
    return pieces;
  }

  // Text without added tokens.
  std::vector<std::string> pieces_of_text(const std::string& text) const {
    if (legacy_ || !(starts_with(text, kSpaceMark) || starts_with(text, " "))) {
      return pieces_of(text);
    }
    // Without the dummy prefix the vocabulary drops a leading space; behind something it stays.
    std::vector<std::string> pieces = pieces_of(unknown_ + text);
    if (pieces.size() >= unknown_pieces_) {
      pieces.erase(pieces.begin(), pieces.begin() + static_cast<std::ptrdiff_t>(unknown_pieces_));
    }
    return pieces;
  }

  std::vector<std::string> cut_at_added_tokens(const std::string& text) const {
    std::vector<std::string> parts;
    size_t done = 0;
    while (const auto match = matcher_.find(text, done)) {
      if (done < match->begin) parts.push_back(text.substr(done, match->begin - done));
      parts.push_back(text.substr(match->begin, match->end - match->begin));
      done = match->end;
    }
    if (done < text.size()) parts.push_back(text.substr(done));
    return parts;
  }

  std::vector<std::string> pieces_between_added_tokens(const std::string& text) const {
    std::vector<std::string> parts = cut_at_added_tokens(text);
    for (size_t i = 0; i < parts.size(); ++i) {
      const auto added = added_.find(parts[i]);
      if (added == added_.end()) continue;
      const AddedToken& token = tokens_[added->second];
      // As they were before this token touched them, as in the reference.
      const std::string left = i > 0 ? parts[i - 1] : "";
      const std::string right = i + 1 < parts.size() ? parts[i + 1] : "";
      if (token.rstrip && !right.empty()) parts[i + 1] = strip_left(right);
      if (token.lstrip && !left.empty()) parts[i - 1] = strip_right(left);
      if (token.single_word && !left.empty() && left.back() != ' ') {
        parts[i - 1] += token.content;
        parts[i].clear();
      } else if (token.single_word && !right.empty() && right.front() != ' ') {
        parts[i + 1] = token.content + parts[i + 1];
        parts[i].clear();
      }
    }
    std::vector<std::string> pieces;
    for (const std::string& part : parts) {
      if (part.empty()) continue;
      if (added_.count(part) > 0) {
        pieces.push_back(part);
        continue;
      }
      for (std::string& piece : pieces_of_text(part)) pieces.push_back(std::move(piece));
    }
    return pieces;
  }

  std::optional<std::string> piece_of(int64_t id) const {
    const auto added = by_id_.find(id);
    if (added != by_id_.end()) return tokens_[added->second].content;
    if (id < 0 || id >= processor_.GetPieceSize()) return std::nullopt;
    return processor_.IdToPiece(static_cast<int>(id));
  }

  // `pieces` is not empty and has no special token.
  std::string text_of(std::vector<std::string> pieces) const {
    if (add_prefix_space_ && starts_with(pieces[0], kSpaceMark)) {
      pieces[0].erase(0, kSpaceMark.size());
    }
    std::string text;
    (void)processor_.Decode(pieces, &text);
    return text;
  }

  sentencepiece::SentencePieceProcessor processor_;
  bool legacy_ = true;
  bool add_prefix_space_ = true;
  std::string unknown_;
  size_t unknown_pieces_ = 0;
  std::vector<AddedToken> tokens_;
  std::unordered_map<std::string, size_t> added_;  // by content
  std::unordered_map<int64_t, size_t> by_id_;
  std::set<std::string> special_;  // of a role: these give no text
  WordMatcher matcher_;
  int64_t vocabulary_ = 0;
  int64_t end_token_ = -1;
  std::optional<int64_t> begin_token_;
};

}  // namespace

Result<std::unique_ptr<Tokenizer>> make_llama_tokenizer(const std::string& model_bytes,
                                                        TokenizerConfig config) {
  auto tokenizer = std::make_unique<LlamaTokenizer>();
  SLAVA_TRY_STATUS(tokenizer->load(model_bytes, std::move(config)));
  return tokenizer;
}

std::optional<int64_t> piece_id(const sentencepiece::SentencePieceProcessor& processor,
                                std::string_view piece) {
  const int id = processor.PieceToId({piece.data(), piece.size()});
  if (id == processor.unk_id() && processor.IdToPiece(id) != piece) return std::nullopt;
  return id;
}

}  // namespace slava
