#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>

#include "base/check.h"
#include "base/strings.h"
#include "radex/data.h"
#include "radex/tasks.h"
#include "wording/grammar.h"
#include "wording/wording.h"

namespace slava::radex {

using namespace wording;
namespace {

struct Opinion {
  std::string text;
  std::string_view observation;
};

// A diagnosis, and the signs without which it is less likely.
struct Against {
  Opinion target;
  std::vector<std::string> signs;
};

struct Tables {
  std::map<std::string, std::vector<Opinion>, std::less<>> differential;
  std::vector<Against> against;
  std::map<std::string, std::string_view, std::less<>> diagnoses;  // "covid-19"
};

std::string_view known(const std::string& name) {
  for (const ObservationName& observation : observation_names()) {
    if (observation.name == name) return observation.name;
  }
  check_failed(__FILE__, __LINE__, cat("data/reasoning.json: no observation ", name));
}

Tables read_tables() {
  const auto json = nlohmann::json::parse(kReasoningTables);
  Tables tables;
  for (const auto& [sign, opinions] : json.at("differential").items()) {
    for (const auto& opinion : opinions) {
      tables.differential[sign].push_back(
          {opinion.at("text").get<std::string>(), known(opinion.at("is").get<std::string>())});
    }
  }
  for (const auto& [target, entry] : json.at("against").items()) {
    tables.against.push_back({{entry.at("text").get<std::string>(), known(target)},
                              entry.at("signs").get<std::vector<std::string>>()});
  }
  for (const auto& [observation, names] : json.at("diagnoses").items()) {
    for (const auto& name : names) {
      tables.diagnoses.emplace(name.get<std::string>(), known(observation));
    }
  }
  return tables;
}

const Tables& tables() {
  static const Tables all = read_tables();
  return all;
}

Fact possible(std::string_view observation) {
  Fact fact;
  fact.observation = observation;
  fact.certainty = Certainty::kUncertain;
  return fact;
}

bool tells(const std::vector<Fact>& facts, std::string_view observation) {
  return std::any_of(facts.begin(), facts.end(),
                     [&](const Fact& fact) { return fact.observation == observation; });
}

void add_impression(TaskWriter& writer) {
  const std::vector<Fact> impression = writer.impression();
  if (impression.empty() || !writer.about().complete) return;
  std::vector<Fact> findings;
  for (const Fact& fact : writer.about().facts) {
    const bool opinion = kind_of(fact.observation) == ObservationKind::kInterpretation;
    if (!opinion && fact.section != ReportSection::kImpression) findings.push_back(fact);
  }
  if (findings.empty()) return;
  const std::string text = text_of(findings, writer.draw());
  std::string question = say("impression.question", {{"findings", text}}, writer.draw());
  writer.add(Stage::kReasoning, "impression", std::move(question),
             text_of(impression, writer.draw()), impression);
  writer.give(text, findings);
}

void add_differential(TaskWriter& writer) {
  std::vector<Fact> signs;
  for (const Fact& fact : writer.signs()) {
    if (tables().differential.contains(fact.observation)) signs.push_back(fact);
  }
  for (const Fact& sign : writer.some(signs, writer.options().per_task)) {
    std::vector<Opinion> opinions;
    for (const Opinion& opinion : tables().differential.find(sign.observation)->second) {
      // What the film shows or excludes is no question any more.
      if (!tells(writer.about().facts, opinion.observation)) opinions.push_back(opinion);
    }
    if (opinions.empty()) continue;
    writer.draw().shuffle(opinions);
    // What the collection names as the diagnosis is never left out.
    std::stable_partition(opinions.begin(), opinions.end(), [&](const Opinion& opinion) {
      return opinion.observation == writer.about().diagnosis;
    });
    opinions.resize(std::min<size_t>(opinions.size(), 3));
    std::vector<std::string> texts;
    std::vector<Fact> expected{sign};
    for (const Opinion& opinion : opinions) {
      texts.push_back(opinion.text);
      expected.push_back(possible(opinion.observation));
    }
    std::string question =
        say("differential.question", {{"np", noun_phrase(sign, writer.draw())}}, writer.draw());
    const Slots slots{{"sentence", sentence_of(sign, writer.draw())},
                      {"list", enumerate(texts, "or")}};
    writer.add(Stage::kReasoning, "differential", std::move(question),
               say("differential.answer", slots, writer.draw()), std::move(expected));
  }
}

// The signs that the film denies, if it denies one of them and shows none.
std::optional<std::vector<Fact>> denied_signs(const std::vector<Fact>& facts,
                                              const Against& against) {
  std::vector<Fact> denied;
  for (const Fact& fact : facts) {
    if (std::find(against.signs.begin(), against.signs.end(), fact.observation) ==
        against.signs.end()) {
      continue;
    }
    if (!fact.negated) return std::nullopt;
    if (fact.denies_all()) denied.push_back(fact);
  }
  if (denied.empty()) return std::nullopt;
  return denied;
}

void add_why_not(TaskWriter& writer) {
  std::vector<Against> against = tables().against;
  writer.draw().shuffle(against);
  for (const Against& one : against) {
    if (tells(writer.about().facts, one.target.observation)) continue;
    auto denied = denied_signs(writer.about().facts, one);
    if (!denied) continue;
    const std::string& target = one.target.text;
    std::string question = say("why_not.question", {{"target", target}}, writer.draw());
    const Slots slots{{"sentence", text_of(*denied, writer.draw())},
                      {"target", target},
                      {"Target", capitalised(target)}};
    std::vector<Fact> expected = *denied;
    expected.push_back(possible(one.target.observation));
    writer.add(Stage::kReasoning, "why_not", std::move(question),
               say("why_not.answer", slots, writer.draw()), std::move(expected));
    return;  // one a film: each normal film would answer all of them
  }
}

}  // namespace

std::string_view diagnosis_of(std::string_view finding) {
  for (const std::string& part : split(to_lower(finding), ',')) {
    const auto place = tables().diagnoses.find(trim(part));
    if (place != tables().diagnoses.end()) return place->second;
  }
  return "";
}

void add_reasoning(TaskWriter& writer) {
  add_impression(writer);
  add_differential(writer);
  add_why_not(writer);
}

}  // namespace slava::radex
