#include "radex/film_statements.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/strings.h"
#include "findings/phrases.h"
#include "findings/rules.h"
#include "findings/words.h"
#include "radex/data.h"

namespace slava::radex {
namespace {

using findings::PhraseHit;
using findings::PhraseTree;
using findings::WordList;

// What a sentence can be about, in the order in which reasons are told.
enum class Topic {
  kFilm,
  kMark,
  kOtherModality,
  kPathology,
  kComparison,
  kGeneral,
  kAdvice,
  kOtherPatient,
  kTreatment,
  kHistory,
};
constexpr auto kTopics =
    std::to_array<std::string_view>({"film", "mark", "other_modality", "pathology", "comparison",
                                     "general", "advice", "other_patient", "treatment", "history"});

PhraseTree read_rules() {
  PhraseTree tree;
  const auto rules = nlohmann::json::parse(kStatementRules);
  for (size_t topic = 0; topic < kTopics.size(); ++topic) {
    for (const auto& pattern : rules.at(std::string(kTopics[topic]))) {
      tree.add(pattern.get<std::string>(), static_cast<uint32_t>(topic), {});
    }
  }
  return tree;
}

class Sorter {
 public:
  Sorter(std::string_view text, ReportSection section) : text_(text) {
    findings::read_words(text, section, findings::rules().headings, list_);
  }

  FilmStatements run() {
    bool of_film = true;  // until a sentence turns to CT or the like
    for (size_t i = 0; i < list_.sentences.size(); ++i) {
      const auto about = topics(list_.sentences[i]);
      const auto is = [&](Topic topic) { return about[static_cast<size_t>(topic)]; };
      if (is(Topic::kFilm) && !is(Topic::kOtherModality)) of_film = true;
      std::string_view reason = reason_against(about);
      if (reason.empty() && !of_film) reason = kTopics[static_cast<size_t>(Topic::kOtherModality)];
      if (is(Topic::kOtherModality) && !is(Topic::kFilm)) of_film = false;
      take(i, reason);
    }
    return std::move(result_);
  }

 private:
  using Topics = std::array<bool, kTopics.size()>;

  Topics topics(const findings::Sentence& sentence) const {
    static const PhraseTree tree = read_rules();
    PhraseTree::WordIds ids;
    tree.look_up(list_.words, sentence.begin, sentence.end, ids);
    Topics found{};
    std::vector<PhraseHit> hits;
    for (size_t at = sentence.begin; at < sentence.end; ++at) {
      tree.match(list_.words, ids, sentence.begin, at, sentence.end, hits);
    }
    for (const PhraseHit& hit : hits) found[hit.meaning] = true;
    return found;
  }

  // "" where the sentence tells what the film shows.
  static std::string_view reason_against(const Topics& about) {
    const bool film = about[static_cast<size_t>(Topic::kFilm)];
    for (size_t topic = 1; topic < kTopics.size(); ++topic) {
      if (!about[topic]) continue;
      // "Chest radiograph on admission shows ..." tells of the film, whatever the patient has.
      const bool of_patient = topic == static_cast<size_t>(Topic::kHistory) ||
                              topic == static_cast<size_t>(Topic::kTreatment);
      if (film && of_patient) continue;
      return kTopics[topic];
    }
    return "";
  }

  void take(size_t index, std::string_view reason) {
    const findings::Sentence& sentence = list_.sentences[index];
    const ReportSection section = sentence.section;
    const bool outside = section == ReportSection::kIndication ||
                         section == ReportSection::kComparison ||
                         section == ReportSection::kTechnique;
    if (outside) reason = name_of(section);
    const std::string_view text = text_of(sentence);
    if (reason.empty()) {
      result_.kept.push_back({std::string(text), section});
      return;
    }
    ++result_.removed[std::string(reason)];
    if (outside || reason == "history" || reason == "treatment" || reason == "other_patient")
      return;
    for (const Finding& finding : extract_findings(text)) {
      if (!finding.negated) result_.complete = false;
    }
  }

  std::string_view text_of(const findings::Sentence& sentence) const {
    const size_t begin = list_.words[sentence.begin].begin;
    size_t end = list_.words[sentence.end - 1].end;
    // The mark that ends it belongs to it.
    while (end < text_.size() && (text_[end] == '.' || text_[end] == ')' || text_[end] == '!'))
      ++end;
    return text_.substr(begin, end - begin);
  }

  std::string_view text_;
  WordList list_;
  FilmStatements result_;
};

}  // namespace

FilmStatements film_statements(std::string_view text, ReportSection section) {
  return Sorter(text, section).run();
}

}  // namespace slava::radex
