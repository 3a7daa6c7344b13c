// The reasons for which a film is kept from the model or shown with a warning, and what a site has
// configured for each. Never here: looking at films.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"

namespace slava {

enum class GateReason {
  kModality,
  kBodyPart,
  kForProcessing,
  kMultiFrame,
  kPatientAge,
  kNearBlank,
  kNotAChestFilm,
  kView,
  kBurntIn,
  kSize,
  kInverted,
  kCropped,
  kRotated,
};
inline constexpr size_t kGateReasons = 13;

enum class GateAction {
  kRefuse,  // the film does not reach the model
  kWarn,    // it does, and the report says what is the matter
  kOff,     // not looked at
};

struct GateRule {
  GateReason reason;
  std::string_view name;  // as in --gate, results and reports
  GateAction default_action;
  std::string_view help;
};

// In the order of GateReason.
const std::array<GateRule, kGateReasons>& gate_rules();
std::string_view to_string(GateReason reason);
std::string_view to_string(GateAction action);  // "refuse", "warn", "off"

// Ages in years that a checkpoint was made for; an end that is not set is open.
struct AgeRange {
  std::optional<double> from;
  std::optional<double> to;

  // A patient of 80 is 80 until the next birthday.
  bool holds(double years) const { return (!from || years >= *from) && (!to || years < *to + 1); }
};

class GateOptions {
 public:
  GateOptions();  // the default actions

  GateAction action(GateReason reason) const { return actions_[static_cast<size_t>(reason)]; }
  void set(GateReason reason, GateAction action) { actions_[static_cast<size_t>(reason)] = action; }
  void set_all(GateAction action) { actions_.fill(action); }

  AgeRange patient_age;

  // Each rule's name and action, in the table's order: for run.json and fingerprints.
  std::vector<std::pair<std::string, std::string>> settings() const;

 private:
  std::array<GateAction, kGateReasons> actions_;
};

// "view=off", "all=warn", ...: the defaults, changed one after the other. kUsage for what is not
// known, with the known names.
Result<GateOptions> gate_options_from(const std::vector<std::string>& settings);

}  // namespace slava
