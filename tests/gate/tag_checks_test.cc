#include <gmock/gmock.h>

#include "gate/gate.h"

namespace slava {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

// Reason and action of each finding: "body_part refuse".
std::vector<std::string> found(const DicomHeader& tags, const GateOptions& options = {}) {
  std::vector<std::string> found;
  for (const GateFinding& finding : check_tags(tags, options)) {
    found.push_back(std::string(to_string(finding.reason)) + " " +
                    std::string(to_string(finding.action)));
  }
  return found;
}

std::string text_of(const DicomHeader& tags) {
  std::string all;
  for (const GateFinding& finding : check_tags(tags, {})) all += finding.text + "\n";
  return all;
}

GateOptions for_adults() {
  GateOptions options;
  options.patient_age.from = 18;
  return options;
}

TEST(TagChecks, AbsentTagsSayNothing) { EXPECT_THAT(found({}, for_adults()), IsEmpty()); }

TEST(TagChecks, AnOrdinaryFilmPasses) {
  DicomHeader tags;
  tags.modality = "DX";
  tags.sop_class_uid = "1.2.840.10008.5.1.4.1.1.1.1";
  tags.presentation_intent_type = "FOR PRESENTATION";
  tags.body_part_examined = "CHEST";
  tags.view_position = "PA";
  tags.patient_age_years = 45;
  EXPECT_THAT(found(tags, for_adults()), IsEmpty());
}

TEST(TagChecks, OtherModalitiesAreRefusedByName) {
  DicomHeader tags;
  for (const char* modality : {"CT", "MR", "MG", "US", "XA"}) {
    tags.modality = modality;
    EXPECT_THAT(found(tags), Contains("modality refuse")) << modality;
    EXPECT_THAT(text_of(tags), HasSubstr(modality));
  }
  for (const char* modality : {"CR", "DX", "RG", "OT"}) {
    tags.modality = modality;
    EXPECT_THAT(found(tags), IsEmpty()) << modality;
  }
}

TEST(TagChecks, OtherPartsOfTheBodyAreRefusedUnlessAnotherTagNamesTheChest) {
  DicomHeader tags;
  tags.body_part_examined = "KNEE";
  EXPECT_THAT(found(tags), Contains("body_part refuse"));
  tags.anatomic_regions = {{"51185008", "SCT"}};
  EXPECT_THAT(found(tags), Contains("body_part warn"));
  tags.body_part_examined.clear();
  EXPECT_THAT(found(tags), IsEmpty());
  tags.anatomic_regions = {{"72696002", "SCT"}};
  EXPECT_THAT(found(tags), Contains("body_part refuse"));
  tags.anatomic_regions.clear();
  tags.body_part_examined = "SOMETHING";
  EXPECT_THAT(found(tags), Contains("body_part warn"));
}

TEST(TagChecks, RawFilmsAreRefusedByEitherWitness) {
  DicomHeader by_class;
  by_class.sop_class_uid = "1.2.840.10008.5.1.4.1.1.1.1.1";
  DicomHeader by_intent;
  by_intent.presentation_intent_type = "FOR PROCESSING";
  EXPECT_THAT(found(by_class), Contains("for_processing refuse"));
  EXPECT_THAT(found(by_intent), Contains("for_processing refuse"));
}

TEST(TagChecks, SeveralFramesAreRefused) {
  DicomHeader tags;
  tags.number_of_frames = 5;
  EXPECT_THAT(found(tags), Contains("multi_frame refuse"));
  EXPECT_THAT(text_of(tags), HasSubstr("5 frames"));
}

TEST(TagChecks, AnAgeOutsideTheCheckpointsRangeIsRefusedAndStaysUnsaid) {
  DicomHeader tags;
  tags.patient_age_years = 7;
  EXPECT_THAT(found(tags), IsEmpty()) << "the checkpoint names no range";
  const auto findings = check_tags(tags, for_adults());
  ASSERT_EQ(findings.size(), 1u);
  EXPECT_EQ(findings[0].reason, GateReason::kPatientAge);
  EXPECT_EQ(findings[0].action, GateAction::kRefuse);
  EXPECT_THAT(findings[0].text,
              AllOf(HasSubstr("too young"), HasSubstr("from 18"), Not(HasSubstr("7"))));
}

TEST(TagChecks, BurntInTextAndOddViewsAreWarnedOf) {
  DicomHeader tags;
  tags.burned_in_annotation = true;
  tags.view_position = "OBLIQUE";
  EXPECT_THAT(found(tags), AllOf(Contains("burnt_in warn"), Contains("view warn")));
}

TEST(TagChecks, TheConfiguredActionCounts) {
  DicomHeader tags;
  tags.modality = "CT";
  tags.body_part_examined = "KNEE";
  const auto options = gate_options_from({"modality=warn", "body_part=off"});
  ASSERT_TRUE(options) << options.error();
  EXPECT_THAT(found(tags, *options), ::testing::ElementsAre("modality warn"));
  EXPECT_FALSE(refuses(check_tags(tags, *options)));
}

TEST(TagChecks, NoTextOfTheFileIsRepeated) {
  DicomHeader tags;
  tags.modality = "SECRETNAME";
  tags.body_part_examined = "SECRETNAME KNEE";
  tags.view_position = "SECRETNAME";
  tags.presentation_intent_type = "SECRETNAME";
  tags.anatomic_regions = {{"SECRETNAME", "SECRETNAME"}};
  tags.view_codes = {{"SECRETNAME", "SECRETNAME"}};
  const std::string text = text_of(tags);
  EXPECT_THAT(text, AllOf(HasSubstr("Modality"), HasSubstr("knee"), HasSubstr("ViewPosition")));
  EXPECT_THAT(text, Not(HasSubstr("SECRETNAME")));
}

}  // namespace
}  // namespace slava
