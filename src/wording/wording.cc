#include "wording/wording.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/strings.h"
#include "wording/data.h"
#include "wording/grammar.h"

namespace slava::wording {
namespace {

struct ObservationWords {
  std::string noun;
  std::string plural;
  bool countable = false;
  bool is_plural = false;  // "surgical clips are"
  ObservationKind kind = ObservationKind::kSign;
  std::string size;
  std::vector<std::string> present;
  std::vector<std::string> absent;
};

struct Words {
  std::map<std::string, ObservationWords, std::less<>> observations;
  // Words of extent by class of size, then by the extent's name.
  std::map<std::string, std::map<std::string, std::vector<std::string>, std::less<>>, std::less<>>
      sizes;
  std::map<std::string, std::string, std::less<>> adverbs;
  // Of each zone how one and how both are told.
  std::map<std::string, std::map<std::string, std::string>, std::less<>> zones;
};

Words read_words() {
  const auto json = nlohmann::json::parse(kObservationWords);
  Words words;
  json.at("sizes").get_to(words.sizes);
  json.at("adverbs").get_to(words.adverbs);
  json.at("zones").get_to(words.zones);
  for (const auto& entry : json.at("observations")) {
    ObservationWords observation;
    observation.noun = entry.at("noun").get<std::string>();
    observation.plural = entry.value("plural", observation.noun);
    observation.countable = entry.at("countable").get<bool>();
    observation.is_plural = entry.value("verb", "is") == "are";
    const auto kind = entry.at("kind").get<std::string>();
    observation.kind = kind == "device"           ? ObservationKind::kDevice
                       : kind == "interpretation" ? ObservationKind::kInterpretation
                                                  : ObservationKind::kSign;
    observation.size = entry.at("size").get<std::string>();
    observation.present = entry.value("present", std::vector<std::string>{});
    observation.absent = entry.value("absent", std::vector<std::string>{});
    words.observations.emplace(entry.at("name").get<std::string>(), std::move(observation));
  }
  return words;
}

const Words& words() {
  static const Words all = read_words();
  return all;
}

const ObservationWords& words_of(std::string_view observation) {
  const auto place = words().observations.find(observation);
  if (place == words().observations.end()) {
    check_failed(__FILE__, __LINE__, cat("no words for the observation ", observation));
  }
  return place->second;
}

bool begins_with_vowel(std::string_view text) {
  return !text.empty() && std::string_view("aeio").find(text[0]) != std::string_view::npos;
}

std::string with_article(const std::string& text, bool countable) {
  if (!countable) return text;
  return cat(begins_with_vowel(text) ? "an " : "a ", text);
}

// What the words of one fact have in common.
struct Parts {
  std::string bare;  // "small left pleural effusion in the ..."
  std::string np;    // with its article
  bool plural = false;
  Slots slots;
};

std::string zone_text(std::string_view zone, FindingSide side) {
  const auto place = words().zones.find(zone);
  if (place == words().zones.end()) {
    check_failed(__FILE__, __LINE__, cat("no words for the zone ", zone));
  }
  const bool both = side == FindingSide::kBilateral;
  const std::string one = both || side == FindingSide::kNone ? "" : cat(name_of(side), ' ');
  return fill(place->second.at(both ? "both" : "one"), {{"side ", one}});
}

Parts parts_of(const Fact& fact, Draw& draw) {
  const ObservationWords& own = words_of(fact.observation);
  Parts parts;
  std::string extent;
  std::string adverb;
  if (fact.extent != FindingExtent::kNone) {
    extent = cat(draw.pick(words().sizes.at(own.size).at(std::string(name_of(fact.extent)))), ' ');
    adverb = cat(words().adverbs.at(std::string(name_of(fact.extent))), ' ');
  }
  const std::string side = fact.side == FindingSide::kNone ? "" : cat(name_of(fact.side), ' ');
  std::vector<std::string> places;
  for (const std::string_view zone : fact.zones) places.push_back(zone_text(zone, fact.side));
  const std::string place = enumerate(places, "and");
  const bool both = fact.side == FindingSide::kBilateral;
  parts.plural = own.is_plural || (both && own.countable && !own.plural.empty() && !fact.negated);
  const std::string noun = both && own.countable ? own.plural : own.noun;
  parts.bare = cat(extent, places.empty() ? side : "", noun, places.empty() ? "" : " ", place);
  parts.np = with_article(parts.bare, own.countable && !parts.plural);
  const std::string lungs = both                              ? "Both lungs are"
                            : fact.side == FindingSide::kNone ? "The lungs are"
                                                              : cat("The ", side, "lung is");
  parts.slots = {{"side ", side},
                 {"extent ", extent},
                 {"Extent ", capitalised(extent)},
                 {"extently ", adverb},
                 {"The lungs", lungs},
                 {"to the side", side.empty() ? "" : cat(" to the ", trim(side))},
                 {"np", parts.np},
                 {"Np", capitalised(parts.np)},
                 {"bare", parts.bare},
                 {"Bare", capitalised(parts.bare)},
                 {"is", parts.plural ? "are" : "is"}};
  if (extent.empty()) {
    // "{Extent }cardiomegaly." alone begins with the noun.
    parts.slots["Extent "] = "";
  }
  return parts;
}

// Negated, without place and extent, and without sentences of its own: "no effusion".
bool is_plain_negation(const Fact& fact) {
  return fact.negated && fact.side == FindingSide::kNone && fact.zones.empty() &&
         fact.extent == FindingExtent::kNone && words_of(fact.observation).absent.empty();
}

}  // namespace

ObservationKind kind_of(std::string_view observation) { return words_of(observation).kind; }

std::string noun_of(std::string_view observation) { return words_of(observation).noun; }

std::string noun_with_article(std::string_view observation) {
  const ObservationWords& own = words_of(observation);
  return with_article(own.noun, own.countable && !own.is_plural);
}

std::string noun_phrase(const Fact& fact, Draw& draw) { return parts_of(fact, draw).np; }

std::string sentence_of(const Fact& fact, Draw& draw) {
  const ObservationWords& own = words_of(fact.observation);
  const Parts parts = parts_of(fact, draw);
  const bool placed = !fact.zones.empty();
  if (fact.negated) {
    const bool own_words = !own.absent.empty() && !placed && fact.extent == FindingExtent::kNone;
    return own_words ? capitalised(fill(draw.pick(own.absent), parts.slots))
                     : say("fact.absent", parts.slots, draw);
  }
  if (fact.certainty == Certainty::kUncertain) return say("fact.uncertain", parts.slots, draw);
  const bool own_words = !own.present.empty() && !placed;
  return own_words ? capitalised(fill(draw.pick(own.present), parts.slots))
                   : say("fact.present", parts.slots, draw);
}

std::string text_of(const std::vector<Fact>& facts, Draw& draw) {
  std::vector<std::string> sentences;
  for (size_t i = 0; i < facts.size(); ++i) {
    size_t end = i;
    while (end < facts.size() && end < i + 4 && is_plain_negation(facts[end])) ++end;
    if (end - i < 2) {
      sentences.push_back(sentence_of(facts[i], draw));
      continue;
    }
    std::vector<std::string> nouns;
    for (; i < end; ++i) nouns.push_back(noun_of(facts[i].observation));
    --i;
    sentences.push_back(say("facts.absent", {{"list", enumerate(nouns, "or")}}, draw));
  }
  return join(sentences, " ");
}

}  // namespace slava::wording
