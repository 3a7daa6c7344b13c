#include "recognition/recognition.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace slava {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// All labels at threshold 0, a few observations, one of them with a side.
class Recognition : public ::testing::Test {
 protected:
  Recognition() {
    for (const auto name : label_names()) config_.labels.push_back({std::string(name), 0.0});
    for (const char* name : {"cardiomegaly", "lung_opacity", "infiltrate", "granuloma", "scoliosis",
                             "catheter", "not_assessable"}) {
      config_.observations.push_back({name, 0.0});
    }
    config_.sides = {{"lung_opacity", 1.0}};
    config_.side_margin = 0.5;
    scores_.labels.assign(kLabelCount, -1);
    scores_.observations.assign(config_.observations.size(), -1);
    scores_.left = {0};
    scores_.right = {0};
    scores_.left_against_right = {0, 0};
  }

  void label(Label label, float score) { scores_.labels[static_cast<size_t>(label)] = score; }
  void observation(size_t at, float score) { scores_.observations[at] = score; }
  std::vector<Sign> signs() const { return recognised_signs(config_, scores_); }

  RecognitionConfig config_;
  RecognitionScores scores_;
};

TEST_F(Recognition, NoFindingSilencesEverythingButDevices) {
  label(Label::kNoFinding, 1);
  label(Label::kCardiomegaly, 1);
  label(Label::kSupportDevices, 1);
  observation(3, 5);  // granuloma
  EXPECT_THAT(signs(), ElementsAre(Sign{"catheter"}));
}

TEST_F(Recognition, ALabelIsToldByItsStrongestObservation) {
  label(Label::kLungOpacity, 1);
  observation(1, -3);
  observation(2, -2);  // infiltrate: below its threshold, yet nearer to it
  EXPECT_THAT(signs(), ElementsAre(Sign{"infiltrate"}));
}

TEST_F(Recognition, AnObservationOfALabelIsNotToldWithoutTheLabel) {
  observation(0, 5);  // cardiomegaly
  observation(4, 1);  // scoliosis
  EXPECT_THAT(signs(), ElementsAre(Sign{"scoliosis"}));
}

TEST_F(Recognition, WhatIsNotNormalShowsAtLeastOneSign) {
  observation(3, -0.2F);
  observation(4, -0.5F);
  EXPECT_THAT(signs(), ElementsAre(Sign{"granuloma", FindingSide::kNone, true}));
}

TEST_F(Recognition, WhatIsBarelyAboveItsThresholdIsToldAsPossible) {
  config_.certain_margin = 0.5;
  label(Label::kCardiomegaly, 0.4F);
  observation(4, 0.6F);  // scoliosis
  EXPECT_THAT(signs(),
              ElementsAre(Sign{"cardiomegaly", FindingSide::kNone, true}, Sign{"scoliosis"}));
}

TEST_F(Recognition, ALabelWithoutThresholdIsNeverTold) {
  config_.labels[static_cast<size_t>(Label::kCardiomegaly)].threshold = std::nullopt;
  label(Label::kCardiomegaly, 9);
  label(Label::kNoFinding, 1);
  EXPECT_THAT(signs(), IsEmpty());
}

TEST_F(Recognition, WhatIsMostAboveItsThresholdIsToldWhereThereIsTooMuch) {
  config_.most_signs = 2;
  label(Label::kCardiomegaly, 0.1F);
  observation(3, 1);  // granuloma
  observation(4, 2);  // scoliosis
  EXPECT_THAT(signs(), ElementsAre(Sign{"cardiomegaly"}, Sign{"scoliosis"}));
}

TEST_F(Recognition, AFilmThatCannotBeAssessedShowsNothingElse) {
  label(Label::kCardiomegaly, 9);
  observation(6, 1);
  EXPECT_THAT(signs(), ElementsAre(Sign{"not_assessable"}));
}

TEST_F(Recognition, ASideIsToldWhereItIsClear) {
  label(Label::kLungOpacity, 1);
  observation(1, 1);
  const auto side = [&](float left_against_right, float half) {
    scores_.left_against_right[0] = left_against_right;
    scores_.left = scores_.right = {half};
    return signs().front().side;
  };
  EXPECT_EQ(side(0.6F, 0), FindingSide::kLeft);
  EXPECT_EQ(side(-0.6F, 0), FindingSide::kRight);
  EXPECT_EQ(side(0.3F, 0), FindingSide::kNone);
  EXPECT_EQ(side(0.3F, 2), FindingSide::kBilateral);
  EXPECT_EQ(side(-1, 2), FindingSide::kRight);
  scores_.left = scores_.right = scores_.left_against_right = {};  // no frontal film
  EXPECT_EQ(signs().front().side, FindingSide::kNone);
}

TEST_F(Recognition, WhatHasNoSideOfItsOwnIsComparedWithTheRestAndNeverTold) {
  label(Label::kLungOpacity, -1);
  observation(3, 1);  // granuloma
  scores_.left_against_right = {-2, 2};
  EXPECT_THAT(signs(), ElementsAre(Sign{"granuloma"}));
  EXPECT_EQ(likelier_side(config_, scores_, "granuloma"), FindingSide::kLeft);
  EXPECT_EQ(likelier_side(config_, scores_, "lung_opacity"), FindingSide::kRight);
}

TEST_F(Recognition, ItsConfigurationComesBackFromItsFile) {
  config_.labels[1].threshold = std::nullopt;
  const auto read = parse_recognition_config(nlohmann::json::parse(to_json(config_).dump()));
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(to_json(*read), to_json(config_));
}

TEST_F(Recognition, DefectsOfTheConfigurationAreNamed) {
  const auto error_with = [&](auto change) {
    auto json = nlohmann::json::parse(to_json(config_).dump());
    change(json);
    const auto read = parse_recognition_config(json);
    return read ? "no error" : read.error().message;
  };
  EXPECT_THAT(error_with([](auto& json) { json.erase("sides"); }), HasSubstr("recognition.sides"));
  EXPECT_THAT(error_with([](auto& json) { json["labels"].erase(0); }),
              HasSubstr("14 CheXpert labels"));
  EXPECT_THAT(error_with([](auto& json) { json["observations"][0]["name"] = "goblin"; }),
              HasSubstr("\"goblin\""));
  EXPECT_THAT(error_with([](auto& json) { json["observations"][0]["threshold"] = "high"; }),
              HasSubstr("number or null"));
}

}  // namespace
}  // namespace slava
