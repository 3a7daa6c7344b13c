#include "recognition/signed_text.h"

#include <algorithm>
#include <set>

#include "base/strings.h"
#include "report/report.h"

namespace slava {
namespace {

// The sentence that stands for a whole report of a film without a chest on it.
constexpr std::string_view kCannotBeAssessed = "cannot be assessed";

const std::set<std::string, std::less<>>& symbols() {
  static const auto* const kSymbols = [] {
    const auto names = sign_symbols();
    return new std::set<std::string, std::less<>>(names.begin(), names.end());
  }();
  return *kSymbols;
}

}  // namespace

std::vector<Sign> signs_of_sentence(const std::string& sentence, ReportSection section) {
  if (sentence.find(kCannotBeAssessed) != std::string::npos) {
    return {{std::string(kNotAssessable), FindingSide::kNone}};
  }
  return signs_of(extract_findings(sentence, section));
}

std::string with_signs(const std::vector<Sign>& signs, const std::string& sentence) {
  return signs.empty() ? sentence : cat(sign_tokens(signs), " ", sentence);
}

SignedText signed_text(const std::string& findings, const std::string& impression) {
  SignedText result;
  const auto sign_section = [&](const std::string& text, ReportSection section) {
    std::vector<std::string> sentences;
    for (const Sentence& sentence : split_sentences(text)) {
      const auto signs = signs_of_sentence(sentence.text, section);
      result.signs.insert(result.signs.end(), signs.begin(), signs.end());
      sentences.push_back(with_signs(signs, sentence.text));
    }
    return sentences;
  };
  const auto first = sign_section(findings, ReportSection::kFindings);
  const auto second = sign_section(impression, ReportSection::kImpression);
  result.signs = in_report_order(result.signs);
  result.text = report_text(first, second);
  return result;
}

std::string report_text(const std::vector<std::string>& findings,
                        const std::vector<std::string>& impression) {
  std::vector<std::string> sections;
  if (!findings.empty()) sections.push_back(cat(kFindingsMark, " ", join(findings, " ")));
  if (!impression.empty()) sections.push_back(cat(kImpressionMark, " ", join(impression, " ")));
  return join(sections, " ");
}

std::string without_signs(const std::string& text) {
  std::string out;
  for (size_t i = 0; i < text.size();) {
    if (text[i] == '<') {
      const size_t end = text.find('>', i);
      if (end != std::string::npos && symbols().contains(text.substr(i, end + 1 - i))) {
        i = end + 1;
        // One blank stays where a token stood between two words.
        while (i < text.size() && text[i] == ' ' && (out.empty() || out.back() == ' ')) ++i;
        continue;
      }
    }
    out += text[i++];
  }
  return std::string(trim(out));
}

}  // namespace slava
