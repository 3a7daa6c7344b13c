#include "gate/gate_options.h"

#include <algorithm>

#include "base/strings.h"

namespace slava {
namespace {

constexpr std::array<GateRule, kGateReasons> kRules{{
    {GateReason::kModality, "modality", GateAction::kRefuse,
     "Modality is none of radiographs (CR, DX, RG, OT)"},
    {GateReason::kBodyPart, "body_part", GateAction::kRefuse,
     "BodyPartExamined or AnatomicRegionSequence names another part of the body"},
    {GateReason::kForProcessing, "for_processing", GateAction::kRefuse,
     "a raw film of the detector, for processing and not for presentation"},
    {GateReason::kMultiFrame, "multi_frame", GateAction::kRefuse,
     "NumberOfFrames is above 1; such a film is never read, whatever is set"},
    {GateReason::kPatientAge, "patient_age", GateAction::kRefuse,
     "the patient's age is outside the range that the checkpoint was made for"},
    {GateReason::kNearBlank, "near_blank", GateAction::kRefuse,
     "the film is (nearly) one grey, or noise"},
    {GateReason::kNotAChestFilm, "not_a_chest_film", GateAction::kRefuse,
     "the picture does not look like a chest radiograph"},
    {GateReason::kView, "view", GateAction::kWarn,
     "the picture looks like the other view, or ViewPosition is not known"},
    {GateReason::kBurntIn, "burnt_in", GateAction::kWarn, "BurnedInAnnotation is YES"},
    {GateReason::kSize, "size", GateAction::kWarn,
     "a side below 128 or above 10000 pixels, or twice as long as wide"},
    {GateReason::kInverted, "inverted", GateAction::kWarn, "bone looks dark and air bright"},
    {GateReason::kCropped, "cropped", GateAction::kWarn, "the film shows a part of the chest"},
    {GateReason::kRotated, "rotated", GateAction::kWarn, "the film lies on its side or head"},
}};

std::vector<std::string> names_of_reasons() {
  std::vector<std::string> names;
  for (const GateRule& rule : kRules) names.emplace_back(rule.name);
  return names;
}

std::string near_to(const std::string& name) {
  const std::string near = closest(name, names_of_reasons());
  return near.empty() ? "" : cat(", did you mean ", near, "?");
}

std::optional<GateAction> action_from(std::string_view name) {
  for (const GateAction action : {GateAction::kRefuse, GateAction::kWarn, GateAction::kOff}) {
    if (name == to_string(action)) return action;
  }
  return std::nullopt;
}

}  // namespace

const std::array<GateRule, kGateReasons>& gate_rules() { return kRules; }

std::string_view to_string(GateReason reason) { return kRules[static_cast<size_t>(reason)].name; }

std::string_view to_string(GateAction action) {
  switch (action) {
    case GateAction::kRefuse:
      return "refuse";
    case GateAction::kWarn:
      return "warn";
    case GateAction::kOff:
      return "off";
  }
  return "";
}

GateOptions::GateOptions() {
  for (const GateRule& rule : kRules) set(rule.reason, rule.default_action);
}

std::vector<std::pair<std::string, std::string>> GateOptions::settings() const {
  std::vector<std::pair<std::string, std::string>> settings;
  for (const GateRule& rule : kRules) {
    settings.emplace_back(rule.name, to_string(action(rule.reason)));
  }
  if (patient_age.from) settings.emplace_back("patient_age from", cat(*patient_age.from));
  if (patient_age.to) settings.emplace_back("patient_age to", cat(*patient_age.to));
  return settings;
}

Result<GateOptions> gate_options_from(const std::vector<std::string>& settings) {
  GateOptions options;
  for (const std::string& setting : settings) {
    const size_t equals = setting.find('=');
    const std::string name = setting.substr(0, equals);
    const auto action =
        action_from(equals == std::string::npos ? std::string_view()
                                                : std::string_view(setting).substr(equals + 1));
    if (!action) {
      return fail(ErrorKind::kUsage,
                  cat("--gate ", setting, ": expected REASON=refuse, REASON=warn or REASON=off"));
    }
    const auto rule = std::find_if(kRules.begin(), kRules.end(),
                                   [&](const GateRule& known) { return known.name == name; });
    if (rule != kRules.end()) {
      options.set(rule->reason, *action);
    } else if (name == "all") {
      options.set_all(*action);
    } else {
      return fail(ErrorKind::kUsage, cat("--gate ", setting, ": no such reason", near_to(name),
                                         "; known are all, ", join(names_of_reasons(), ", ")));
    }
  }
  return options;
}

}  // namespace slava
