// Text split at white space comes in; numbers that stand for its words go out, and those of the
// words' stems. Never here: cleaning (protocol.h).
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace slava {

using Token = uint32_t;  // from 1 on; 0 is no word
using Tokens = std::vector<Token>;

class Vocabulary {
 public:
  Vocabulary();
  ~Vocabulary();
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  // New words are added; words are bytes between ASCII white space.
  Tokens tokens(std::string_view text);
  // The stem of the word by Porter's algorithm (Snowball's `porter`), as a number: words of one
  // stem have one number.
  Token stem(Token word) const { return stems_[word]; }

 private:
  struct Stemmer;
  Token add(std::string_view word);
  Token number(std::unordered_map<std::string, Token>& numbers, std::string_view word);

  std::unique_ptr<Stemmer> stemmer_;
  std::unordered_map<std::string, Token> words_;
  std::unordered_map<std::string, Token> stem_numbers_;
  std::vector<Token> stems_{0};
};

}  // namespace slava
