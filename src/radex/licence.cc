#include "radex/licence.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "base/strings.h"
#include "report/clean_text.h"

namespace slava::radex {
namespace {

constexpr size_t kLongestName = 60;

// Words of a licence's name in lower case: letters, digits and points.
std::vector<std::string> words_of(std::string_view text) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : to_lower(text) + " ") {
    const bool part = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.';
    if (part) {
      word += c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, ""));
    }
  }
  return words;
}

bool is_version(const std::string& word) {
  return word.size() == 3 && word[1] == '.' && word[0] >= '1' && word[0] <= '4';
}

std::optional<Licence> creative_commons(const std::vector<std::string>& words) {
  const auto has = [&](std::string_view word) {
    return std::find(words.begin(), words.end(), word) != words.end();
  };
  const auto version = std::find_if(words.begin(), words.end(), is_version);
  const std::string behind = version == words.end() ? "" : " " + *version;
  if (has("cc0") || (has("zero") && (has("publicdomain") || has("cc")))) {
    return Licence{"CC0", Family::kFree};
  }
  if (!has("by") && !has("attribution")) return std::nullopt;
  const bool marked =
      has("cc") || has("creative") || has("creativecommons.org") || words[0] == "by";
  if (!marked) return std::nullopt;
  const bool nc = has("nc") || has("noncommercial");
  const bool sa = has("sa") || has("sharealike");
  const bool nd = has("nd") || has("noderivatives") || has("noderivs");
  if (sa && nd) return std::nullopt;
  Licence licence{cat("CC BY", nc ? "-NC" : "", sa ? "-SA" : "", nd ? "-ND" : "", behind),
                  Family::kAttribution};
  if (nd) {
    licence.family = Family::kNoDerivatives;
  } else if (sa) {
    licence.family = nc ? Family::kNonCommercialShareAlike : Family::kShareAlike;
  } else if (nc) {
    licence.family = Family::kNonCommercial;
  }
  return licence;
}

std::string without_version(const std::string& name) {
  return name.size() > 4 && is_version(name.substr(name.size() - 3)) && name.starts_with("CC")
             ? name.substr(0, name.size() - 4)
             : name;
}

// Samples of both may stand in one corpus.
bool can_combine(const Licence& a, const Licence& b) {
  const bool same = without_version(a.name) == without_version(b.name);
  if (same) return true;
  if (a.family == Family::kNoDerivatives || b.family == Family::kNoDerivatives) {
    // Beside licences without conditions of their own the whole is under the ND licence.
    const Licence& other = a.family == Family::kNoDerivatives ? b : a;
    return other.family == Family::kFree || other.family == Family::kAttribution;
  }
  if (a.family == Family::kOther || b.family == Family::kOther) return false;
  const auto either = [&](Family family) { return a.family == family || b.family == family; };
  // What CC BY-SA covers must stay CC BY-SA, which forbids the others' conditions.
  if (either(Family::kShareAlike)) {
    return !either(Family::kNonCommercial) && !either(Family::kNonCommercialShareAlike);
  }
  return true;
}

int strictness(const Licence& licence) { return static_cast<int>(licence.family); }

}  // namespace

Licence parse_licence(std::string_view text) {
  const std::string clean = clean_text(trim(text));
  const std::vector<std::string> words = words_of(clean);
  if (!words.empty()) {
    if (auto licence = creative_commons(words)) return *licence;
    constexpr auto kOthers = std::to_array<std::pair<std::string_view, Licence (*)()>>(
        {{"mit",
          [] {
            return Licence{"MIT", Family::kAttribution};
          }},
         {"apache",
          [] {
            return Licence{"Apache-2.0", Family::kAttribution};
          }},
         {"bsd",
          [] {
            return Licence{"BSD", Family::kAttribution};
          }},
         {"public domain", [] {
            return Licence{"public domain", Family::kFree};
          }}});
    const std::string plain = join(words, " ");
    for (const auto& [name, make] : kOthers) {
      if (plain.starts_with(name)) return make();
    }
  }
  return {clean.substr(0, kLongestName), Family::kOther};
}

Result<Licence> combine(const std::vector<Licence>& licences) {
  for (size_t i = 0; i < licences.size(); ++i) {
    for (size_t k = i + 1; k < licences.size(); ++k) {
      if (can_combine(licences[i], licences[k])) continue;
      return fail(ErrorKind::kInput,
                  cat("the licences ", licences[i].name, " and ", licences[k].name,
                      " cannot be combined in one corpus; choose one of them with "
                      "--allow-license, and make the other's corpus in a run of its own"));
    }
  }
  Licence strictest{"none", Family::kFree};
  for (const Licence& licence : licences) {
    const bool more = strictness(licence) > strictness(strictest);
    const bool newer =
        strictness(licence) == strictness(strictest) && licence.name > strictest.name;
    if (more || newer || strictest.name == "none") strictest = licence;
  }
  // CC BY-SA with CC BY: the strictest. CC BY-NC with CC BY-NC-SA: that one.
  return strictest;
}

bool is_allowed(const Licence& licence, const std::vector<std::string>& allowed) {
  if (allowed.empty()) return licence.family != Family::kOther;
  return std::any_of(allowed.begin(), allowed.end(), [&](const std::string& name) {
    const Licence wanted = parse_licence(name);
    return wanted.name == licence.name || wanted.name == without_version(licence.name);
  });
}

}  // namespace slava::radex
