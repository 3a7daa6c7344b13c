#include "train/report_composer.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "report/report.h"

namespace slava {
namespace {

constexpr ReportSection kSections[] = {ReportSection::kFindings, ReportSection::kImpression};

// "The lungs are clear" denies whatever is in a lung.
bool contradicts(const std::set<std::string, std::less<>>& denied, const std::vector<Sign>& signs) {
  const bool clear = denied.contains("lung_opacity") || denied.contains("infiltrate");
  return std::ranges::any_of(signs, [&](const Sign& sign) {
    if (denied.contains(sign.observation)) return true;
    const ObservationName* name = find_observation(sign.observation);
    return clear && name != nullptr && name->region == "Lungs and Airways";
  });
}

bool overlap(const std::set<std::string, std::less<>>& a,
             const std::set<std::string, std::less<>>& b) {
  return std::ranges::any_of(a, [&](const std::string& name) { return b.contains(name); });
}

double share(std::mt19937_64& random) {
  return std::uniform_real_distribution<double>(0, 1)(random);
}

template <typename T>
const T& any_of(const std::vector<T>& from, std::mt19937_64& random) {
  return from[random() % from.size()];
}

}  // namespace

ReportComposer::ReportComposer(const std::vector<std::pair<std::string, std::string>>& sections) {
  for (const auto& [findings, impression] : sections) {
    for (const Sentence& sentence : split_sentences(findings)) add_sentence(0, sentence.text);
    for (const Sentence& sentence : split_sentences(impression)) add_sentence(1, sentence.text);
  }
  for (const auto& [key, sentences] : showing_[0]) {
    const auto& [name, side, possible] = key;
    signs_.push_back({name, side, possible});
    // Rare signs come more often than they occur, and those that are scored most often of all.
    const ObservationName* known = find_observation(name);
    const double importance = known != nullptr && known->label ? 2 : 1;
    weights_.push_back(importance * std::pow(static_cast<double>(sentences.size()), 0.3));
  }
}

void ReportComposer::add_sentence(size_t section, const std::string& text) {
  if (!seen_[section].insert(text).second) return;
  const auto signs = signs_of_sentence(text, kSections[section]);
  if (signs.size() > 1 || (signs.size() == 1 && signs[0].observation == kNotAssessable)) return;
  BankSentence sentence{text, {}};
  const auto findings = extract_findings(text, kSections[section]);
  for (const Finding& finding : findings) {
    if (finding.negated) sentence.denied.insert(std::string(finding.observation));
  }
  if (!signs.empty()) {
    showing_[section][key_of(signs[0])].push_back(std::move(sentence));
  } else if (!findings.empty()) {
    neutral_[section].push_back(std::move(sentence));
  }
}

std::vector<Sign> ReportComposer::draw_signs(const std::vector<Sign>& base,
                                             std::mt19937_64& random) const {
  std::vector<Sign> signs;
  const bool changed = share(random) < 0.6;
  for (const Sign& sign : base) {
    const bool is_known = showing_[0].contains(key_of(sign));
    if (is_known && (!changed || share(random) < 0.75)) signs.push_back(sign);
  }
  if (changed) {
    std::discrete_distribution<size_t> draw(weights_.begin(), weights_.end());
    for (size_t more = (random() % 4 + 1) / 2; more > 0; --more) {
      const Sign& sign = signs_[draw(random)];
      const bool told =
          std::ranges::find(signs, sign.observation, &Sign::observation) != signs.end();
      if (!told) signs.push_back(sign);
    }
  }
  return in_report_order(signs);
}

SignedText ReportComposer::compose(const std::vector<Sign>& base, std::mt19937_64& random) const {
  SignedText report;
  report.signs = draw_signs(base, random);
  struct Row {
    double place;
    std::string text;
  };
  std::vector<Row> rows;
  const auto fitting = [&](const std::vector<BankSentence>& sentences) {
    std::vector<const BankSentence*> fit;
    for (const BankSentence& sentence : sentences) {
      if (!contradicts(sentence.denied, report.signs)) fit.push_back(&sentence);
    }
    return fit;
  };
  std::vector<Sign> told;
  for (const Sign& sign : report.signs) {
    const auto fit = fitting(showing_[0].at(key_of(sign)));
    // A sign whose every sentence denies another one is left out rather than contradicted.
    if (fit.empty()) continue;
    told.push_back(sign);
    rows.push_back({static_cast<double>(place_in_report(sign.observation)),
                    with_signs({sign}, any_of(fit, random)->text)});
  }
  report.signs = told;

  std::set<std::string, std::less<>> denied;
  size_t wanted = 2 + random() % 3;
  for (int tries = 0; tries < 12 && wanted > 0; ++tries) {
    const BankSentence& sentence = any_of(neutral_[0], random);
    if (contradicts(sentence.denied, told) || overlap(sentence.denied, denied)) continue;
    double place = 1e9;
    for (const std::string& name : sentence.denied) {
      place = std::min(place, static_cast<double>(place_in_report(name)) + 0.5);
    }
    rows.push_back({place, sentence.text});
    denied.insert(sentence.denied.begin(), sentence.denied.end());
    --wanted;
  }
  std::ranges::stable_sort(rows, {}, &Row::place);
  std::vector<std::string> findings, impression;
  for (const Row& row : rows) findings.push_back(row.text);

  for (const Sign& sign : told) {
    const auto sentences = showing_[1].find(key_of(sign));
    if (sentences == showing_[1].end() || impression.size() == 3 || share(random) < 0.5) continue;
    const auto fit = fitting(sentences->second);
    if (!fit.empty()) impression.push_back(with_signs({sign}, any_of(fit, random)->text));
  }
  if (impression.empty()) {
    const auto fit = fitting(neutral_[1]);
    if (!fit.empty()) impression.push_back(any_of(fit, random)->text);
  }
  report.text = report_text(findings, impression);
  return report;
}

}  // namespace slava
