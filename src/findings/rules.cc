#include "findings/rules.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/strings.h"

namespace slava::findings {
namespace {

using nlohmann::json;

[[noreturn]] void defect(const std::string& what) {
  check_failed(__FILE__, __LINE__, cat("findings/rules: ", what));
}

json parse(std::string_view text, const char* file) {
  json value = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!value.is_object()) defect(cat(file, " is no JSON object"));
  return value;
}

template <typename Enum, size_t kCount>
Enum enum_of(const std::string& name, const std::array<Enum, kCount>& values) {
  for (const Enum value : values) {
    if (name_of(value) == name) return value;
  }
  defect(cat("unknown name '", name, "'"));
}

Label label_of(const std::string& name) {
  const auto& names = label_names();
  const auto place = std::find(names.begin(), names.end(), name);
  if (place == names.end()) defect(cat("unknown label '", name, "'"));
  return static_cast<Label>(place - names.begin());
}

class Loader {
 public:
  explicit Loader(Rules& rules) : rules_(rules) {}

  void read_observations(const json& file) {
    read_sets(file);
    for (const json& entry : file.at("observations")) {
      Observation observation;
      observation.name = entry.at("name").get<std::string>();
      observation.region = entry.at("region").get<std::string>();
      observation.placed = entry.value("placed", true);
      if (entry.contains("label")) {
        observation.label = label_of(entry["label"].get<std::string>());
      }
      if (entry.contains("implies")) {
        for (const auto& [label, state] : entry["implies"].items()) {
          observation.implies.emplace_back(
              label_of(label), enum_of(state.get<std::string>(),
                                       std::array{LabelState::kPositive, LabelState::kUncertain}));
        }
      }
      const size_t index = rules_.observations.size();
      rules_.observations.push_back(std::move(observation));
      add_all(entry, "present", MeaningKind::kPresent, index);
      add_all(entry, "absent", MeaningKind::kAbsent, index);
      add_all(entry, "possible", MeaningKind::kPossible, index);
    }
    add_all(file, "ignored", MeaningKind::kIgnored);
  }

  void read_context(const json& file) {
    read_sets(file);
    const json& headings = file.at("headings");
    for (const auto& [name, phrases] : headings.items()) {
      const auto section =
          enum_of(name, std::array{ReportSection::kIndication, ReportSection::kComparison,
                                   ReportSection::kTechnique, ReportSection::kFindings,
                                   ReportSection::kImpression});
      for (const json& phrase : phrases) {
        rules_.headings.push_back({split(phrase.get<std::string>(), ' '), section});
      }
    }
    add_all(file, "negation_before", MeaningKind::kNegationBefore);
    add_all(file, "negation_after", MeaningKind::kNegationAfter);
    add_all(file, "uncertainty_before", MeaningKind::kUncertaintyBefore);
    add_all(file, "uncertainty_after", MeaningKind::kUncertaintyAfter);
    add_all(file, "uncertainty_around", MeaningKind::kUncertaintyAround);
    add_all(file, "history_before", MeaningKind::kHistoryBefore);
    add_all(file, "no_cue", MeaningKind::kNoCue);
    add_all(file, "verbs", MeaningKind::kVerb);
    add_all(file, "subjects", MeaningKind::kSubject);
    add_all(file, "splits", MeaningKind::kSplit);
    add_all(file, "markers", MeaningKind::kMarker);
    add_all(file, "stops", MeaningKind::kStop);
  }

  void read_places(const json& file) {
    read_sets(file);
    for (const json& entry : file.at("places")) {
      Place place;
      place.zone = entry.value("zone", "");
      place.implied = entry.value("implied", false);
      if (entry.contains("side")) {
        place.side =
            enum_of(entry["side"].get<std::string>(),
                    std::array{FindingSide::kLeft, FindingSide::kRight, FindingSide::kBilateral});
      }
      rules_.places.push_back(std::move(place));
      add_all(entry, "phrases", MeaningKind::kPlace, rules_.places.size() - 1);
    }
    for (const auto& [name, phrases] : file.at("extents").items()) {
      const auto extent =
          enum_of(name, std::array{FindingExtent::kMinimal, FindingExtent::kMild,
                                   FindingExtent::kModerate, FindingExtent::kSevere});
      add(phrases, {MeaningKind::kExtent, static_cast<size_t>(extent)});
    }
    add_all(file, "ignored", MeaningKind::kIgnoredPlace);
    add_all(file, "prepositions", MeaningKind::kPreposition);
    add_all(file, "explanations", MeaningKind::kExplanation);
  }

 private:
  void read_sets(const json& file) {
    sets_.clear();
    if (file.contains("sets")) sets_ = file["sets"].get<PhraseSets>();
  }

  void add_all(const json& object, const char* key, MeaningKind kind, size_t index = 0) {
    if (object.contains(key)) add(object[key], {kind, index});
  }

  void add(const json& phrases, Meaning meaning) {
    const auto id = static_cast<uint32_t>(rules_.meanings.size());
    rules_.meanings.push_back(meaning);
    const bool shape = meaning.kind == MeaningKind::kVerb ||
                       meaning.kind == MeaningKind::kSubject || meaning.kind == MeaningKind::kSplit;
    PhraseTree& tree = shape ? rules_.shape : rules_.tree;
    for (const json& phrase : phrases) tree.add(phrase.get<std::string>(), id, sets_);
  }

  Rules& rules_;
  PhraseSets sets_;
};

const Rules* load() {
  auto* loaded = new Rules;
  try {
    Loader loader(*loaded);
    loader.read_observations(parse(kObservationRules, "observations.json"));
    loader.read_context(parse(kContextRules, "context.json"));
    loader.read_places(parse(kPlaceRules, "places.json"));
  } catch (const std::exception& e) {
    defect(e.what());
  }
  return loaded;
}

}  // namespace

const Rules& rules() {
  // Never destroyed: findings hold views of its names until the program ends.
  static const Rules* const loaded = load();
  return *loaded;
}

}  // namespace slava::findings
