#include <algorithm>

#include "base/strings.h"
#include "radex/tasks.h"
#include "wording/grammar.h"
#include "wording/wording.h"

namespace slava::radex {

using namespace wording;
namespace {

bool is_opinion(const Fact& fact) {
  return kind_of(fact.observation) == ObservationKind::kInterpretation;
}

// Observations are asked for once; a second fact of the same one would make the answer a half.
std::vector<Fact> told_once(const std::vector<Fact>& facts) {
  std::vector<Fact> once;
  for (const Fact& fact : facts) {
    const auto same = std::count_if(facts.begin(), facts.end(), [&](const Fact& other) {
      return other.observation == fact.observation;
    });
    if (same == 1) once.push_back(fact);
  }
  return once;
}

void add_presence(TaskWriter& writer) {
  std::vector<Fact> there;
  std::vector<Fact> absent;
  std::vector<Fact> uncertain;
  for (const Fact& fact : told_once(writer.about().facts)) {
    if (is_opinion(fact)) continue;
    if (fact.negated) {
      if (fact.denies_all()) absent.push_back(fact);
    } else {
      (fact.is_present() ? there : uncertain).push_back(fact);
    }
  }
  const size_t most = writer.options().per_task;
  const auto ask = [&](const std::vector<Fact>& facts, std::string_view rule) {
    for (const Fact& fact : writer.some(facts, most)) {
      const Slots asked{{"np", noun_with_article(fact.observation)}};
      std::string question = say("presence.question", asked, writer.draw());
      const Slots told{{"sentence", sentence_of(fact, writer.draw())}};
      writer.add(Stage::kRecognition, "presence", std::move(question),
                 say(rule, told, writer.draw()), {fact});
    }
  };
  ask(there, "presence.yes");
  ask(absent, "presence.no");
  ask(uncertain, "presence.uncertain");
}

// Only a frontal film tells left from right.
void add_side(TaskWriter& writer) {
  if (writer.is_lateral()) return;
  std::vector<Fact> sided;
  for (const Fact& fact : told_once(writer.signs())) {
    if (fact.side != FindingSide::kNone) sided.push_back(fact);
  }
  for (const Fact& fact : writer.some(sided, writer.options().per_task)) {
    Fact side_alone = fact;
    side_alone.zones.clear();
    side_alone.extent = FindingExtent::kNone;
    const std::string noun = noun_of(fact.observation);
    std::string question = say("side.question", {{"noun", noun}}, writer.draw());
    writer.add(Stage::kRecognition, "side", std::move(question),
               sentence_of(side_alone, writer.draw()), {side_alone});
  }
}

void add_zone(TaskWriter& writer) {
  std::vector<Fact> placed;
  for (const Fact& fact : told_once(writer.signs())) {
    if (!fact.zones.empty()) placed.push_back(fact);
  }
  for (const Fact& fact : writer.some(placed, writer.options().per_task)) {
    Fact place_alone = fact;
    place_alone.extent = FindingExtent::kNone;
    std::string question =
        say("where.question", {{"noun", noun_of(fact.observation)}}, writer.draw());
    writer.add(Stage::kRecognition, "where", std::move(question),
               sentence_of(place_alone, writer.draw()), {place_alone});
  }
}

void add_view(TaskWriter& writer) {
  if (writer.about().view == FilmView::kUnknown) return;
  std::string question = say("view.question", {}, writer.draw());
  writer.add(Stage::kRecognition, "view", std::move(question),
             say(cat("view.", name_of(writer.about().view)), {}, writer.draw()), {});
}

std::vector<Fact> what_is_there(TaskWriter& writer) {
  std::vector<Fact> there;
  for (const Fact& fact : writer.about().facts) {
    if (!fact.negated && !is_opinion(fact)) there.push_back(fact);
  }
  return there;
}

void add_list(TaskWriter& writer) {
  const std::vector<Fact> there = what_is_there(writer);
  // Of an incomplete case the list would leave things out.
  if (there.empty() || !writer.about().complete) return;
  std::string question = say("list.question", {}, writer.draw());
  writer.add(Stage::kRecognition, "list", std::move(question), text_of(there, writer.draw()),
             there);
}

void add_normality(TaskWriter& writer) {
  std::vector<Fact> told;
  if (writer.is_abnormal()) {
    for (const Fact& fact : what_is_there(writer)) {
      if (kind_of(fact.observation) == ObservationKind::kSign) told.push_back(fact);
    }
    if (told.empty()) return;
    told = writer.some(told, 2);
  } else if (writer.about().complete) {
    for (const Fact& fact : writer.about().facts) {
      if (fact.negated) told.push_back(fact);
    }
    told = writer.some(told, writer.options().per_task);
  }
  if (told.empty()) return;
  std::string question = say("normal.question", {}, writer.draw());
  const Slots sentence{{"sentence", text_of(told, writer.draw())}};
  writer.add(Stage::kRecognition, "normality", std::move(question),
             say(writer.is_abnormal() ? "normal.no" : "normal.yes", sentence, writer.draw()), told);
}

}  // namespace

void add_recognition(TaskWriter& writer) {
  add_presence(writer);
  add_side(writer);
  add_zone(writer);
  add_view(writer);
  add_list(writer);
  add_normality(writer);
}

}  // namespace slava::radex
