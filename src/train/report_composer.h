// Reports put together of sentences that readers wrote, for signs drawn at random: a decoder that
// sees real reports alone learns which findings go together and tells those, whatever it is told
// that the film shows. No pixels and no libtorch here.
#pragma once

#include <map>
#include <random>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "recognition/signed_text.h"

namespace slava {

class ReportComposer {
 public:
  // `sections`: findings and impression of the reports whose sentences are used.
  explicit ReportComposer(const std::vector<std::pair<std::string, std::string>>& sections);

  // Whether there are sentences to compose with.
  bool is_ready() const { return !signs_.empty() && !neutral_[0].empty(); }

  // A report that shows some of `base` and some other signs, each in a sentence that shows nothing
  // else, between sentences that deny none of them. Its `signs` are exactly what its text shows.
  SignedText compose(const std::vector<Sign>& base, std::mt19937_64& random) const;

 private:
  struct BankSentence {
    std::string text;
    std::set<std::string, std::less<>> denied;  // observations
  };
  using Key = std::tuple<std::string, FindingSide, bool>;  // a Sign, in order
  static Key key_of(const Sign& sign) { return {sign.observation, sign.side, sign.possible}; }

  void add_sentence(size_t section, const std::string& text);
  std::vector<Sign> draw_signs(const std::vector<Sign>& base, std::mt19937_64& random) const;

  std::map<Key, std::vector<BankSentence>> showing_[2];  // findings, impression
  std::vector<BankSentence> neutral_[2];
  std::set<std::string, std::less<>> seen_[2];
  std::vector<Sign> signs_;  // those with a findings sentence
  std::vector<double> weights_;
};

}  // namespace slava
