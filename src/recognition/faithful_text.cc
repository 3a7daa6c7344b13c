#include "recognition/faithful_text.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/hash.h"
#include "base/strings.h"
#include "recognition/signed_text.h"
#include "report/report.h"
#include "wording/wording.h"

namespace slava {
namespace {

constexpr std::string_view kNotAssessableText = "The film cannot be assessed.";
constexpr std::string_view kNothingAcute = "No acute abnormality.";
// Behind such words comes what somebody concludes, or wants done next: no film shows it. In lower
// case, the beginnings of words.
constexpr auto kConclusions = std::to_array<std::string_view>({"cannot exclude",
                                                               "cannot be excluded",
                                                               "could indicate",
                                                               "may indicate",
                                                               "could represent",
                                                               "may represent",
                                                               "may be due to",
                                                               "related to",
                                                               "secondary to",
                                                               "suggest",
                                                               "suspicious for",
                                                               "concerning for",
                                                               "consistent with",
                                                               "compatible with",
                                                               "differential",
                                                               "recommend",
                                                               "advise",
                                                               "correlat",
                                                               "follow-up",
                                                               "follow up",
                                                               "further evaluation"});
// Wordings that are tried until the rules read what was to be said.
constexpr int kTries = 16;

bool contains(const std::vector<Sign>& signs, const Sign& sign) {
  return std::ranges::find(signs, sign) != signs.end();
}

wording::Fact fact_of(const Sign& sign) {
  const ObservationName* known = find_observation(sign.observation);
  SLAVA_CHECK(known != nullptr);
  wording::Fact fact;
  fact.observation = known->name;
  fact.label = known->label;
  fact.side = sign.side;
  fact.certainty = sign.possible ? Certainty::kUncertain : Certainty::kCertain;
  return fact;
}

// The standard wording, the same for the same sign and place; one that the rules read as the sign,
// if there is one.
std::string standard_sentence(const Sign& sign, ReportSection section) {
  wording::Draw draw(mix_seed(static_cast<uint64_t>(section), place_in_report(sign.observation)));
  std::string sentence;
  for (int i = 0; i < kTries; ++i) {
    sentence = wording::sentence_of(fact_of(sign), draw);
    if (signs_of_sentence(sentence, section) == std::vector{sign}) break;
  }
  return sentence;
}

// Whether a conclusion is drawn in `words` of which the rules read nothing.
bool concludes_unread(const std::string& words, const std::vector<Finding>& findings) {
  const std::string lower = to_lower(words);
  return std::ranges::any_of(kConclusions, [&](std::string_view conclusion) {
    const size_t at = lower.find(conclusion);
    return at != std::string::npos &&
           std::ranges::none_of(findings, [&](const Finding& f) { return f.begin > at; });
  });
}

class SectionEditor {
 public:
  SectionEditor(const std::vector<Sign>& recognised, ReportSection section, FaithfulText& counts)
      : recognised_(recognised), section_(section), counts_(counts) {}

  void edit(const std::string& text) {
    for (const Sentence& sentence : split_sentences(text)) {
      const std::vector<Sign> announced = announced_in(sentence.text);
      const std::string words = without_signs(sentence.text);
      if (stays(words, announced)) {
        keep(words);
        continue;
      }
      ++(announced.empty() ? counts_.left_out : counts_.reworded);
      for (const Sign& sign : announced) tell(sign);
    }
  }

  // In the standard wording, unless it is told already.
  void tell(const Sign& sign) {
    if (!contains(told_, sign)) keep(standard_sentence(sign, section_));
  }
  void tell_the_rest() {
    for (const Sign& sign : recognised_) {
      if (contains(told_, sign)) continue;
      ++counts_.reworded;
      tell(sign);
    }
  }
  bool is_empty() const { return sentences_.empty(); }
  void keep(const std::string& words) {
    for (const Sign& sign : signs_of_sentence(words, section_)) told_.push_back(sign);
    sentences_.push_back(words);
  }
  std::string text() const { return join(sentences_, " "); }

 private:
  // The recognised signs that stand in front of the words, or among them.
  std::vector<Sign> announced_in(const std::string& sentence) const {
    std::vector<Sign> announced;
    for (const Sign& sign : recognised_) {
      const bool is_there = sentence.find(sign_tokens({{sign.observation}})) != std::string::npos;
      if (is_there) announced.push_back(sign);
    }
    return announced;
  }

  bool stays(const std::string& words, const std::vector<Sign>& announced) const {
    const auto findings = extract_findings(words, section_);
    if (findings.empty() || concludes_unread(words, findings)) return false;
    const std::vector<Sign> said = signs_of(findings);
    const auto is_recognised = [&](const Sign& sign) { return contains(recognised_, sign); };
    const auto is_said = [&](const Sign& sign) { return contains(said, sign); };
    return std::ranges::all_of(said, is_recognised) && std::ranges::all_of(announced, is_said) &&
           std::ranges::none_of(findings, [&](const Finding& f) { return denies(f); });
  }

  bool denies(const Finding& finding) const {
    if (!finding.negated) return false;
    return std::ranges::any_of(recognised_, [&](const Sign& sign) {
      return sign.observation == finding.observation ||
             (finding.label && find_observation(sign.observation)->label == finding.label);
    });
  }

  const std::vector<Sign>& recognised_;
  ReportSection section_;
  FaithfulText& counts_;
  std::vector<std::string> sentences_;
  std::vector<Sign> told_;
};

}  // namespace

FaithfulText faithful_text(const std::string& findings, const std::string& impression,
                           const std::vector<Sign>& recognised) {
  FaithfulText text;
  if (!recognised.empty() && recognised.front().observation == kNotAssessable) {
    text.findings = text.impression = kNotAssessableText;
    return text;
  }
  SectionEditor first(recognised, ReportSection::kFindings, text);
  first.edit(findings);
  first.tell_the_rest();
  SectionEditor second(recognised, ReportSection::kImpression, text);
  second.edit(impression);
  if (second.is_empty()) {
    for (const Sign& sign : recognised) second.tell(sign);
    if (recognised.empty()) second.keep(std::string(kNothingAcute));
  }
  text.findings = first.text();
  text.impression = second.text();
  return text;
}

}  // namespace slava
