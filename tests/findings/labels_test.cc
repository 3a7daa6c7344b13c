#include <gmock/gmock.h>

#include <algorithm>

#include "findings/story.h"

namespace slava {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

TEST(Labels, StandInCheXbertsOrder) {
  EXPECT_THAT(label_names(),
              ElementsAre("Enlarged Cardiomediastinum", "Cardiomegaly", "Lung Opacity",
                          "Lung Lesion", "Edema", "Consolidation", "Pneumonia", "Atelectasis",
                          "Pneumothorax", "Pleural Effusion", "Pleural Other", "Fracture",
                          "Support Devices", "No Finding"));
  EXPECT_EQ(name_of(Label::kPleuralEffusion), "Pleural Effusion");
  EXPECT_EQ(static_cast<int>(LabelState::kUncertain), 3);
}

TEST(Labels, PositiveBeatsUncertainBeatsNegative) {
  EXPECT_THAT(labels_of("No effusion. Possible effusion. Left effusion."),
              ElementsAre("Pleural Effusion positive"));
  EXPECT_THAT(labels_of("Possible effusion. No effusion."),
              ElementsAre("Pleural Effusion uncertain"));
  EXPECT_THAT(labels_of("No effusion."),
              ElementsAre("Pleural Effusion negative", "No Finding positive"));
}

TEST(Labels, NoFindingAllowsDevicesAndNegations) {
  EXPECT_THAT(
      labels_of("Left chest pacemaker. Lungs are clear."),
      ElementsAre("Lung Opacity negative", "Support Devices positive", "No Finding positive"));
  EXPECT_THAT(labels_of(""), ElementsAre("No Finding positive"));
}

TEST(Labels, NoFindingIsEndedByAnyFindingAndByADoubt) {
  EXPECT_THAT(labels_of("Scoliosis."), testing::IsEmpty());
  EXPECT_THAT(labels_of("Possible pneumonia."), ElementsAre("Pneumonia uncertain"));
}

TEST(Labels, OfHeartFailureDoubtTheHeartsSize) {
  EXPECT_THAT(labels_of("Congestive heart failure."),
              ElementsAre("Cardiomegaly uncertain", "Edema positive"));
  EXPECT_THAT(labels_of("CHF. Heart size is normal."), Contains("Cardiomegaly uncertain"));
  EXPECT_THAT(labels_of("No heart failure."), ElementsAre("Edema negative", "No Finding positive"));
}

TEST(Labels, OfAHydropneumothoraxAreTwo) {
  EXPECT_THAT(labels_of("Left hydropneumothorax."),
              ElementsAre("Pneumothorax positive", "Pleural Effusion positive"));
}

TEST(Labels, AreNotTakenFromTheQuestionOrThePast) {
  EXPECT_THAT(labels_of("INDICATION: pneumonia, effusion\nCOMPARISON: edema in 2010\n"
                        "FINDINGS: Lungs are clear."),
              ElementsAre("Lung Opacity negative", "No Finding positive"));
  EXPECT_THAT(labels_of("History of pneumonia."), ElementsAre("No Finding positive"));
}

}  // namespace
}  // namespace slava
