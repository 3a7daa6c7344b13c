#include "evaluate/vocabulary.h"

#include <libstemmer.h>

#include <algorithm>

#include "base/check.h"

namespace slava {
namespace {

constexpr std::string_view kWhiteSpace = " \t\n\v\f\r";

}  // namespace

struct Vocabulary::Stemmer {
  Stemmer() : snowball(sb_stemmer_new("porter", "UTF_8")) { SLAVA_CHECK(snowball != nullptr); }
  ~Stemmer() { sb_stemmer_delete(snowball); }
  Stemmer(const Stemmer&) = delete;
  Stemmer& operator=(const Stemmer&) = delete;

  std::string stem(std::string_view word) const {
    const sb_symbol* stem = sb_stemmer_stem(
        snowball, reinterpret_cast<const sb_symbol*>(word.data()), static_cast<int>(word.size()));
    if (stem == nullptr) return std::string(word);
    return {reinterpret_cast<const char*>(stem), static_cast<size_t>(sb_stemmer_length(snowball))};
  }

  sb_stemmer* snowball;
};

Vocabulary::Vocabulary() : stemmer_(std::make_unique<Stemmer>()) {}
Vocabulary::~Vocabulary() = default;

Token Vocabulary::number(std::unordered_map<std::string, Token>& numbers, std::string_view word) {
  return numbers.emplace(word, static_cast<Token>(numbers.size() + 1)).first->second;
}

Token Vocabulary::add(std::string_view word) {
  const Token token = number(words_, word);
  if (token == stems_.size()) stems_.push_back(number(stem_numbers_, stemmer_->stem(word)));
  return token;
}

Tokens Vocabulary::tokens(std::string_view text) {
  Tokens tokens;
  size_t at = text.find_first_not_of(kWhiteSpace);
  while (at != std::string_view::npos) {
    const size_t end = std::min(text.find_first_of(kWhiteSpace, at), text.size());
    tokens.push_back(add(text.substr(at, end - at)));
    at = text.find_first_not_of(kWhiteSpace, end);
  }
  return tokens;
}

}  // namespace slava
