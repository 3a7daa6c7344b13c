#include "gate/gate_options.h"

#include <gmock/gmock.h>

namespace slava {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(GateOptions, EachReasonHasItsDefaultAction) {
  const GateOptions options;
  for (const GateReason reason :
       {GateReason::kModality, GateReason::kBodyPart, GateReason::kForProcessing,
        GateReason::kMultiFrame, GateReason::kPatientAge, GateReason::kNearBlank,
        GateReason::kNotAChestFilm}) {
    EXPECT_EQ(options.action(reason), GateAction::kRefuse) << to_string(reason);
  }
  for (const GateReason reason :
       {GateReason::kView, GateReason::kBurntIn, GateReason::kSize, GateReason::kInverted,
        GateReason::kCropped, GateReason::kRotated}) {
    EXPECT_EQ(options.action(reason), GateAction::kWarn) << to_string(reason);
  }
}

TEST(GateOptions, TheTableIsInTheOrderOfTheReasons) {
  for (size_t i = 0; i < kGateReasons; ++i) {
    EXPECT_EQ(gate_rules()[i].reason, static_cast<GateReason>(i));
    EXPECT_FALSE(gate_rules()[i].name.empty());
  }
}

TEST(GateOptions, SettingsChangeTheDefaultsOneAfterTheOther) {
  const auto options = gate_options_from({"all=off", "rotated=refuse", "view=warn", "view=off"});
  ASSERT_TRUE(options) << options.error();
  EXPECT_EQ(options->action(GateReason::kRotated), GateAction::kRefuse);
  EXPECT_EQ(options->action(GateReason::kView), GateAction::kOff);
  EXPECT_EQ(options->action(GateReason::kModality), GateAction::kOff);
}

TEST(GateOptions, WhatIsNotKnownIsAUsageErrorThatNamesTheKnown) {
  for (const char* wrong :
       {"view", "view=", "view=no", "=warn", "viev=warn", "view=warn=off", ""}) {
    const auto options = gate_options_from({wrong});
    ASSERT_FALSE(options) << wrong;
    EXPECT_EQ(options.error().kind, ErrorKind::kUsage);
    EXPECT_THAT(options.error().message, HasSubstr("--gate")) << wrong;
  }
  EXPECT_THAT(gate_options_from({"viev=warn"}).error().message,
              AllOf(HasSubstr("did you mean view?"), HasSubstr("not_a_chest_film")));
}

TEST(GateOptions, SettingsAreAllInWords) {
  GateOptions options;
  EXPECT_EQ(options.settings().size(), kGateReasons);
  options.patient_age = {18.0, {}};
  EXPECT_EQ(options.settings().back().first, "patient_age from");
  EXPECT_EQ(options.settings().back().second, "18");
}

TEST(AgeRange, AnEndThatIsNotSetIsOpenAndTheLastYearCountsWhole) {
  EXPECT_TRUE(AgeRange{}.holds(0));
  const AgeRange adults{18.0, 80.0};
  EXPECT_FALSE(adults.holds(17.9));
  EXPECT_TRUE(adults.holds(18));
  EXPECT_TRUE(adults.holds(80.9));
  EXPECT_FALSE(adults.holds(81));
}

}  // namespace
}  // namespace slava
