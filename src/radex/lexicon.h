// One word comes in; whether it is a word of English, of medicine, or one that also names people
// goes out. A word in no list is taken for a name by whoever asks. Never here: sentences.
#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace slava::radex {

class Lexicon {
 public:
  // The lists of the program.
  static const Lexicon& built_in();

  // `word` in lower case: English, medical, a word of the finding rules, or a known prefix before
  // one ("peribronchial").
  bool knows(std::string_view word) const;
  // A word that reports may capitalise anywhere ("Effusion").
  bool is_medical(std::string_view word) const;

  enum class Name {
    kNone,
    kBeside,  // a name only beside another one: "Small", "Young"
    kAlways,  // a name wherever it is capitalised: "Grant"
  };
  Name name(std::string_view word) const;

 private:
  Lexicon();
  bool lists(std::string_view word) const;

  std::unordered_set<std::string_view> english_;
  std::unordered_set<std::string> medical_;
  // Words and beginnings of words ("opaci*") that the finding rules use.
  std::unordered_set<std::string> rule_words_;
  std::unordered_set<std::string> rule_stems_;
  std::unordered_map<std::string_view, Name> names_;
};

}  // namespace slava::radex
