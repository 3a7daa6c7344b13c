#include "tokenizer/added_tokens.h"

#include <algorithm>

#include "base/utf8.h"
#include "tokenizer/unicode_classes.h"

namespace slava {
namespace {

uint64_t edge_key(size_t node, char byte) {
  return static_cast<uint64_t>(node) << 8 | static_cast<unsigned char>(byte);
}

bool ends_in_word(std::string_view text) {
  return !text.empty() && is_word(code_point_at(text, code_point_before(text, text.size())));
}

bool begins_with_word(std::string_view text) {
  return !text.empty() && is_word(code_point_at(text, 0));
}

// Where the white space at the end of `text` begins.
size_t space_at_end(std::string_view text) {
  size_t at = text.size();
  while (at > 0) {
    const size_t before = code_point_before(text, at);
    if (!is_white_space(code_point_at(text, before))) break;
    at = before;
  }
  return at;
}

// Bytes of white space at the beginning of `text`.
size_t space_at_begin(std::string_view text) {
  size_t at = 0;
  while (at < text.size() && is_white_space(code_point_at(text, at))) at += utf8_length(text[at]);
  return at;
}

}  // namespace

void WordMatcher::add(std::string_view word) {
  begins_[static_cast<unsigned char>(word.front())] = true;
  size_t node = 0;
  for (const char byte : word) {
    const auto [edge, is_new] = edges_.try_emplace(edge_key(node, byte), nodes_.size());
    if (is_new) nodes_.emplace_back();
    node = edge->second;
  }
  if (!nodes_[node].word) nodes_[node].word = words_;
  ++words_;
}

std::optional<size_t> WordMatcher::next(size_t node, char byte) const {
  const auto edge = edges_.find(edge_key(node, byte));
  if (edge == edges_.end()) return std::nullopt;
  return edge->second;
}

std::optional<WordMatcher::Match> WordMatcher::find(std::string_view text, size_t from) const {
  if (words_ == 0) return std::nullopt;
  for (size_t begin = from; begin < text.size(); ++begin) {
    if (!begins_[static_cast<unsigned char>(text[begin])]) continue;
    std::optional<Match> longest;
    std::optional<size_t> node = 0;
    for (size_t at = begin; at < text.size() && (node = next(*node, text[at])); ++at) {
      if (nodes_[*node].word) longest = Match{begin, at + 1, *nodes_[*node].word};
    }
    if (longest) return longest;
  }
  return std::nullopt;
}

AddedTokenSplitter::AddedTokenSplitter(std::vector<const AddedToken*> tokens,
                                       const std::vector<std::string>& patterns) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (patterns[i].empty()) continue;
    matcher_.add(patterns[i]);
    tokens_.push_back(tokens[i]);
  }
}

std::vector<Stretch> AddedTokenSplitter::split(std::string_view text) const {
  std::vector<Stretch> stretches;
  size_t done = 0;
  size_t from = 0;
  while (const auto match = matcher_.find(text, from)) {
    from = match->end;
    const AddedToken& token = *tokens_[match->word];
    size_t begin = match->begin;
    size_t end = match->end;
    if (token.single_word &&
        (ends_in_word(text.substr(0, begin)) || begins_with_word(text.substr(end)))) {
      continue;
    }
    if (token.lstrip) begin = std::max(space_at_end(text.substr(0, begin)), done);
    if (token.rstrip) end += space_at_begin(text.substr(end));
    if (done < begin) stretches.push_back({done, begin, nullptr});
    stretches.push_back({begin, end, &token});
    done = end;
  }
  if (done < text.size()) stretches.push_back({done, text.size(), nullptr});
  return stretches;
}

}  // namespace slava
