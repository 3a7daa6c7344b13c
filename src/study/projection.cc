#include "study/projection.h"

#include <array>

#include "base/strings.h"

namespace slava {
namespace {

struct Word {
  std::string_view word;  // lower case, letters alone
  View view;
  std::string_view name;
};

constexpr std::array<Word, 27> kWords{{
    {"pa", View::kFrontal, "PA"},
    {"postero anterior", View::kFrontal, "PA"},
    {"posteroanterior", View::kFrontal, "PA"},
    {"ap", View::kFrontal, "AP"},
    {"antero posterior", View::kFrontal, "AP"},
    {"anteroposterior", View::kFrontal, "AP"},
    {"ap supine", View::kFrontal, "AP"},
    {"ap erect", View::kFrontal, "AP"},
    {"ap portable", View::kFrontal, "AP"},
    {"pa erect", View::kFrontal, "PA"},
    {"frontal", View::kFrontal, ""},
    // Lying on the side, the beam still goes from front to back or back to front.
    {"lld", View::kFrontal, ""},
    {"rld", View::kFrontal, ""},
    {"ll", View::kLateral, "LL"},
    {"l lat", View::kLateral, "LL"},
    {"llat", View::kLateral, "LL"},
    {"left lat", View::kLateral, "LL"},
    {"left lateral", View::kLateral, "LL"},
    {"rl", View::kLateral, "RL"},
    {"r lat", View::kLateral, "RL"},
    {"rlat", View::kLateral, "RL"},
    {"right lat", View::kLateral, "RL"},
    {"right lateral", View::kLateral, "RL"},
    {"lateral", View::kLateral, ""},
    {"lat", View::kLateral, ""},
    {"lateral left", View::kLateral, "LL"},
    {"lateral right", View::kLateral, "RL"},
}};

struct Code {
  std::string_view snomed_ct;
  std::string_view snomed_rt;
  View view;
  std::string_view name;
};

constexpr std::array<Code, 5> kCodes{{
    {"272479007", "R-10214", View::kFrontal, "PA"},
    {"399348003", "R-10206", View::kFrontal, "AP"},
    {"399067008", "", View::kLateral, ""},
    {"399173006", "R-10236", View::kLateral, "LL"},
    {"399198007", "R-10232", View::kLateral, "RL"},
}};

// Lower case; every run of other characters than letters is one space.
std::string plain_words(std::string_view text) {
  std::string plain;
  for (const char c : to_lower(text)) {
    if (c >= 'a' && c <= 'z') {
      plain += c;
    } else if (!plain.empty() && plain.back() != ' ') {
      plain += ' ';
    }
  }
  return std::string(trim(plain));
}

}  // namespace

std::optional<Projection> projection_from_word(std::string_view word) {
  const std::string plain = plain_words(word);
  for (const Word& known : kWords) {
    if (plain == known.word) return Projection{known.view, std::string(known.name)};
  }
  return std::nullopt;
}

std::optional<Projection> projection_from_codes(const std::vector<CodedValue>& codes) {
  for (const CodedValue& code : codes) {
    if (code.value.empty()) continue;
    for (const Code& known : kCodes) {
      if (code.value == known.snomed_ct || code.value == known.snomed_rt) {
        return Projection{known.view, std::string(known.name)};
      }
    }
  }
  return std::nullopt;
}

std::optional<Projection> projection_from_tags(const DicomHeader& header, ViewSource& source) {
  if (auto projection = projection_from_codes(header.view_codes)) {
    source = ViewSource::kViewCode;
    return projection;
  }
  if (auto projection = projection_from_word(header.view_position)) {
    source = ViewSource::kTag;
    return projection;
  }
  return std::nullopt;
}

}  // namespace slava
