#include "recognition/sign.h"

#include <algorithm>
#include <array>
#include <map>

#include "base/check.h"
#include "base/strings.h"

namespace slava {
namespace {

constexpr std::string_view kNone = "<none>";
constexpr std::string_view kPossible = "<possible>";

// What the text says of the study as a whole is no sign on the film.
constexpr std::string_view kSummary = "acute_abnormality";

constexpr std::array<std::string_view, 8> kRegions = {"Cardiovascular",
                                                      "Hila and Mediastinum",
                                                      "Lungs and Airways",
                                                      "Pleura",
                                                      "Abdominal",
                                                      "Musculoskeletal and Chest Wall",
                                                      "Other",
                                                      "Tubes, Catheters, and Support Devices"};

// Place in a report of each observation.
const std::map<std::string_view, size_t>& places() {
  static const auto* const kPlaces = [] {
    auto* places = new std::map<std::string_view, size_t>;
    const auto& names = observation_names();
    for (size_t i = 0; i < names.size(); ++i) {
      const auto region = std::ranges::find(kRegions, names[i].region);
      SLAVA_CHECK(region != kRegions.end());
      (*places)[names[i].name] = static_cast<size_t>(region - kRegions.begin()) * names.size() + i;
    }
    return places;
  }();
  return *kPlaces;
}

FindingSide joined(FindingSide a, FindingSide b) {
  if (a == FindingSide::kNone) return b;
  if (b == FindingSide::kNone || a == b) return a;
  return FindingSide::kBilateral;
}

std::string token(std::string_view name) { return cat("<", name, ">"); }

}  // namespace

std::string sign_tokens(const std::vector<Sign>& signs) {
  if (signs.empty()) return std::string(kNone);
  std::string tokens;
  for (const Sign& sign : signs) {
    tokens += token(sign.observation);
    if (sign.side != FindingSide::kNone) tokens += token(name_of(sign.side));
    if (sign.possible) tokens += kPossible;
  }
  return tokens;
}

std::vector<std::string> observation_symbols() {
  std::vector<Sign> all;
  for (const ObservationName& observation : observation_names()) {
    if (observation.name != kSummary) all.push_back({std::string(observation.name)});
  }
  std::vector<std::string> symbols = {token(kNotAssessable)};
  for (const Sign& sign : in_report_order(all)) symbols.push_back(token(sign.observation));
  return symbols;
}

std::vector<std::string> sign_symbols() {
  std::vector<std::string> symbols = observation_symbols();
  symbols.emplace_back(kNone);
  symbols.emplace_back(kPossible);
  for (const FindingSide side :
       {FindingSide::kLeft, FindingSide::kRight, FindingSide::kBilateral}) {
    symbols.push_back(token(name_of(side)));
  }
  return symbols;
}

size_t place_in_report(std::string_view observation) {
  const auto found = places().find(observation);
  return found == places().end() ? 0 : found->second;
}

std::vector<Sign> in_report_order(const std::vector<Sign>& signs) {
  std::vector<Sign> ordered;
  for (const Sign& sign : signs) {
    const auto same = std::ranges::find(ordered, sign.observation, &Sign::observation);
    if (same == ordered.end()) {
      ordered.push_back(sign);
    } else {
      same->side = joined(same->side, sign.side);
      same->possible = same->possible && sign.possible;
    }
  }
  std::ranges::stable_sort(ordered, {},
                           [](const Sign& sign) { return place_in_report(sign.observation); });
  return ordered;
}

std::vector<Sign> signs_of(const std::vector<Finding>& findings) {
  std::vector<Sign> signs;
  for (const Finding& finding : findings) {
    if (finding.negated || finding.observation == kSummary) continue;
    signs.push_back({std::string(finding.observation), finding.side,
                     finding.certainty == Certainty::kUncertain});
  }
  return in_report_order(signs);
}

}  // namespace slava
