#include "evaluate/protocol.h"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "base/strings.h"

namespace slava {
namespace {

struct ProtocolEntry {
  Protocol protocol;
  std::string_view name;
  std::string_view about;
};

constexpr std::array<ProtocolEntry, 4> kProtocols{{
    {Protocol::kPlain, "plain", "lower case, punctuation marks as words of their own"},
    {Protocol::kR2gen, "r2gen",
     "R2Gen's cleaning for IU X-ray, both texts cut at 59 words; words that are rare in the "
     "training split become <unk> only where one is given"},
    {Protocol::kR2genMimic, "r2gen-mimic",
     "R2Gen's cleaning for MIMIC-CXR, both texts cut at 99 words; words that are rare in the "
     "training split become <unk> only where one is given"},
    {Protocol::kVerbatim, "verbatim", "texts as they are, split at white space"},
}};

const ProtocolEntry& entry_of(Protocol protocol) {
  for (const ProtocolEntry& entry : kProtocols) {
    if (entry.protocol == protocol) return entry;
  }
  return kProtocols.front();
}

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_punctuation(char c) {
  return (c >= '!' && c <= '/') || (c >= ':' && c <= '@') || (c >= '[' && c <= '^') || c == '`' ||
         (c >= '{' && c <= '~');
}
bool is_word(char c) { return !is_space(c) && !is_punctuation(c); }

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  for (size_t at = 0; at < text.size();) {
    if (is_space(text[at])) {
      ++at;
      continue;
    }
    const size_t begin = at;
    while (at < text.size() && !is_space(text[at])) ++at;
    words.push_back(text.substr(begin, at - begin));
  }
  return words;
}

std::string join_words(const std::vector<std::string_view>& words, size_t limit) {
  std::string out;
  for (size_t i = 0; i < std::min(limit, words.size()); ++i) {
    if (i > 0) out += ' ';
    out += words[i];
  }
  return out;
}

// "1.5" and "x-ray" stay whole; "effusion." and "clear,no" come apart.
std::string plain(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char before = i > 0 ? text[i - 1] : ' ';
    const char after = i + 1 < text.size() ? text[i + 1] : ' ';
    const bool in_number = (c == '.' || c == ',') && is_digit(before) && is_digit(after);
    const bool in_word = (c == '-' || c == '\'') && is_word(before) && is_word(after);
    if (is_punctuation(c) && !in_number && !in_word) {
      out += ' ';
      out += c;
      out += ' ';
    } else {
      out += c;
    }
  }
  return to_lower(out);
}

std::string replace_again(std::string text, std::string_view from, std::string_view to, int times) {
  for (int i = 0; i < times; ++i) text = replace_all(std::move(text), from, to);
  return text;
}

std::vector<std::string> split_at(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    const size_t at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

// R2Gen's character class has a range from ':' to '[' by accident, and no hyphen.
bool r2gen_drops(char c) {
  return std::string_view(".,?;*!%^&_+()[]{}\"/\\'").find(c) != std::string_view::npos ||
         (c >= ':' && c <= '[');
}

std::string r2gen(std::string_view report, bool mimic) {
  std::string text(report);
  if (mimic) {
    text = replace_all(std::move(text), "\n", " ");
    text = replace_again(std::move(text), "__", "_", 7);
    text = replace_again(std::move(text), "  ", " ", 6);
  }
  text = replace_again(std::move(text), "..", ".", mimic ? 8 : 3);
  text = replace_all(std::move(text), "1. ", "");
  for (const char* number : {". 2. ", ". 3. ", ". 4. ", ". 5. ", " 2. ", " 3. ", " 4. ", " 5. "}) {
    text = replace_all(std::move(text), number, ". ");
  }
  std::string out;
  bool first = true;
  for (const std::string& sentence : split_at(to_lower(trim(text)), ". ")) {
    if (!first) out += " . ";
    first = false;
    for (const char c : sentence) {
      if (!r2gen_drops(c)) out += c;
    }
  }
  return out + " .";
}

size_t cut_of(Protocol protocol) {
  if (protocol == Protocol::kR2gen) return 59;
  if (protocol == Protocol::kR2genMimic) return 99;
  return static_cast<size_t>(-1);
}

}  // namespace

std::string_view name_of(Protocol protocol) { return entry_of(protocol).name; }
std::string_view describe(Protocol protocol) { return entry_of(protocol).about; }

std::optional<Protocol> protocol_of(std::string_view name) {
  for (const ProtocolEntry& entry : kProtocols) {
    if (entry.name == name) return entry.protocol;
  }
  return std::nullopt;
}

std::string clean_for(Protocol protocol, std::string_view text) {
  if (words_of(text).empty()) return "";
  std::string cleaned;
  switch (protocol) {
    case Protocol::kPlain:
      cleaned = plain(text);
      break;
    case Protocol::kR2gen:
    case Protocol::kR2genMimic:
      cleaned = r2gen(text, protocol == Protocol::kR2genMimic);
      break;
    case Protocol::kVerbatim:
      cleaned = text;
      break;
  }
  return join_words(words_of(cleaned), cut_of(protocol));
}

R2genVocabulary::R2genVocabulary(Protocol protocol, const std::vector<std::string>& training) {
  const bool mimic = protocol == Protocol::kR2genMimic;
  std::map<std::string, int, std::less<>> counts;
  for (const std::string& text : training) {
    const std::string cleaned = r2gen(text, mimic);
    for (const std::string_view word : words_of(cleaned)) ++counts[std::string(word)];
  }
  for (const auto& [word, count] : counts) {
    if (count >= (mimic ? 10 : 3)) words_.insert(word);
  }
}

std::string R2genVocabulary::with_unknowns(std::string_view cleaned) const {
  std::string out;
  for (const std::string_view word : words_of(cleaned)) {
    if (!out.empty()) out += ' ';
    out += words_.contains(std::string(word)) ? word : "<unk>";
  }
  return out;
}

}  // namespace slava
