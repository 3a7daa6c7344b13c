// A report's text as it stands comes in; the text whose words the metrics compare goes out. A
// number without its protocol compares with nothing.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace slava {

enum class Protocol {
  kPlain,       // lower case, punctuation marks as words of their own
  kR2gen,       // R2Gen's cleaning for IU X-ray, cut at 59 words
  kR2genMimic,  // R2Gen's cleaning for MIMIC-CXR, cut at 99 words
  kVerbatim,    // as it is
};

std::string_view name_of(Protocol protocol);  // "plain", "r2gen", "r2gen-mimic", "verbatim"
std::optional<Protocol> protocol_of(std::string_view name);
// What it does, in one line.
std::string_view describe(Protocol protocol);

// Words are what stands between white space in the result. Only ASCII letters change case.
std::string clean_for(Protocol protocol, std::string_view text);

// R2Gen scores references in which the words that its training split has less than 3 times (10
// times for MIMIC-CXR) are <unk>.
class R2genVocabulary {
 public:
  // `training` as it stands in the split.
  R2genVocabulary(Protocol protocol, const std::vector<std::string>& training);

  std::string with_unknowns(std::string_view cleaned) const;
  size_t size() const { return words_.size(); }

 private:
  std::unordered_set<std::string> words_;
};

}  // namespace slava
