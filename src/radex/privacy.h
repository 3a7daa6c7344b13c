// A description comes in; the sentences that identify nobody go out, with the kinds of what was
// taken away. Everything is denied that is not known to be harmless: a word in no list, a capital
// without reason, a digit without unit, another script. The text taken away goes nowhere: no log
// and no error holds it.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace slava::radex {

inline constexpr int kPrivacyVersion = 1;

struct PrivacyResult {
  // What is left, cuts closed up.
  std::string text;
  // How often each kind of identifier was found: "name", "date", "unknown_word", ...
  std::map<std::string, size_t, std::less<>> removed;
  size_t sentences = 0;
  size_t dropped = 0;
  // Too much of it identified somebody to trust the rest: the case is to be refused. The kind that
  // decided.
  std::string doubt;
};

PrivacyResult remove_identifiers(std::string_view text);

// "62" for an age in years, "90+" above 89, "" where it is no number.
std::string age_without_identity(std::string_view age);

}  // namespace slava::radex
