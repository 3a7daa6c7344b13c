#include "train/report_answers.h"

#include <algorithm>

#include "assistant/prompt.h"

namespace slava {

bool is_report(const std::string& answer) {
  return answer.starts_with(kFindingsMark) || answer.starts_with(kImpressionMark);
}

std::vector<SignedText> answers_of(const Dataset& data, bool has_signs) {
  std::vector<SignedText> answers;
  for (const DatasetItem& item : data.items) {
    if (!has_signs || item.answer.empty()) {
      answers.push_back({{}, item.answer});
    } else if (is_report(item.answer)) {
      const Answer sections = split_answer(item.answer);
      answers.push_back(signed_text(sections.findings, sections.impression));
    } else {
      const std::string& study = item.reference.empty() ? item.answer : item.reference;
      answers.push_back({signs_of(extract_findings(study)), item.answer});
    }
  }
  return answers;
}

std::vector<std::pair<std::string, std::string>> sections_of(const Dataset& data) {
  std::vector<std::pair<std::string, std::string>> sections;
  for (const DatasetItem& item : data.items) {
    if (!is_report(item.answer)) continue;
    const Answer answer = split_answer(item.answer);
    sections.emplace_back(answer.findings, answer.impression);
  }
  return sections;
}

ViewedFilms films_in_order(const CheckpointConfig& config, const DatasetItem& item) {
  ViewedFilms seen;
  for (const View view : config.views) {
    const auto at = std::ranges::find(item.views, view);
    if (at == item.views.end()) continue;
    seen.views.push_back(view);
    seen.films.push_back(item.films[static_cast<size_t>(at - item.views.begin())]);
  }
  return seen;
}

}  // namespace slava
