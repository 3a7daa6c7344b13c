#include "findings/findings.h"

#include <gmock/gmock.h>

#include <set>

#include "findings/story.h"

namespace slava {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Negation, ReachesEveryItemOfAList) {
  EXPECT_THAT(story("No effusion or pneumothorax."),
              ElementsAre("- pleural_effusion", "- pneumothorax"));
  EXPECT_THAT(story("Negative for consolidation, effusion, pneumothorax."),
              ElementsAre("- consolidation", "- pleural_effusion", "- pneumothorax"));
  EXPECT_THAT(story("The lungs are free of focal consolidation and effusion."),
              ElementsAre("- consolidation", "- pleural_effusion"));
  EXPECT_THAT(story("Lungs are without consolidation, pneumothorax, or effusion."),
              ElementsAre("- consolidation", "- pneumothorax", "- pleural_effusion"));
}

TEST(Negation, EndsAtBut) {
  EXPECT_THAT(
      story("No consolidation, effusion or pneumothorax, but a nodule on the left."),
      ElementsAre("- consolidation", "- pleural_effusion", "- pneumothorax", "+ lung_nodule left"));
}

TEST(Negation, EndsWhereTheNextItemIsDescribedAsThere) {
  EXPECT_THAT(story("No effusion, mild cardiomegaly."),
              ElementsAre("- pleural_effusion", "+ cardiomegaly mild"));
  EXPECT_THAT(story("No pneumothorax, small left effusion."),
              ElementsAre("- pneumothorax", "+ pleural_effusion left mild"));
  EXPECT_THAT(story("No pneumothorax, small effusion, or edema."),
              ElementsAre("- pneumothorax", "- pleural_effusion mild", "- edema"));
}

TEST(Negation, StaysInItsStatement) {
  EXPECT_THAT(story("There is no effusion and the heart is enlarged."),
              ElementsAre("- pleural_effusion", "+ cardiomegaly"));
  EXPECT_THAT(story("No focal consolidation, and there is a small effusion."),
              ElementsAre("- consolidation", "+ pleural_effusion mild"));
  EXPECT_THAT(story("Left effusion has increased, pneumothorax has resolved."),
              ElementsAre("+ pleural_effusion left", "- pneumothorax"));
  EXPECT_THAT(story("Cardiomegaly without edema."), ElementsAre("+ cardiomegaly", "- edema"));
}

TEST(Negation, MayStandBehind) {
  EXPECT_THAT(story("Effusion and pneumothorax are not seen."),
              ElementsAre("- pleural_effusion", "- pneumothorax"));
  EXPECT_THAT(story("Effusion: none. Pneumothorax: absent."),
              ElementsAre("- pleural_effusion", "- pneumothorax"));
  EXPECT_THAT(story("The effusion has completely resolved."), ElementsAre("- pleural_effusion"));
  EXPECT_THAT(story("Small effusion with resolved pneumothorax."),
              ElementsAre("+ pleural_effusion mild", "- pneumothorax"));
  EXPECT_THAT(story("Atelectasis rather than pneumonia."),
              ElementsAre("+ atelectasis", "- pneumonia"));
}

TEST(Negation, ComesBehindTheNameOfAnOrgan) {
  EXPECT_THAT(story("Lungs: No focal consolidation. Pleura: Small right effusion."),
              ElementsAre("- consolidation", "+ pleural_effusion right mild"));
}

TEST(Negation, IsTheRemovalOfADevice) {
  EXPECT_THAT(story("Interval removal of the chest tube."), ElementsAre("- tube"));
  EXPECT_THAT(story("The right PICC line has been removed."), ElementsAre("- catheter right"));
}

TEST(Negation, OfAChangeDeniesNothing) {
  EXPECT_THAT(story("No change in the effusion."), ElementsAre("+ pleural_effusion"));
  EXPECT_THAT(story("No significant interval change in the left effusion."),
              ElementsAre("+ pleural_effusion left"));
  EXPECT_THAT(story("The effusion has not resolved."), ElementsAre("+ pleural_effusion"));
  EXPECT_THAT(story("The atelectasis has not significantly changed."),
              ElementsAre("+ atelectasis"));
  EXPECT_THAT(story("Without prior films, this may represent pneumonia."),
              ElementsAre("? pneumonia"));
}

TEST(Negation, OfNewFindingsIsNegation) {
  EXPECT_THAT(story("No new consolidation."), ElementsAre("- consolidation"));
  EXPECT_THAT(story("No longer any pneumothorax."), ElementsAre("- pneumothorax"));
}

TEST(Normality, SaysWhatIsNotThere) {
  EXPECT_THAT(story("Lungs are clear."), ElementsAre("- lung_opacity"));
  EXPECT_THAT(story("The heart is normal in size."), ElementsAre("- cardiomegaly"));
  EXPECT_THAT(story("The heart is not enlarged."), ElementsAre("- cardiomegaly"));
  EXPECT_THAT(story("The heart is not significantly enlarged."), ElementsAre("- cardiomegaly"));
  EXPECT_THAT(story("Pleural spaces are clear."), ElementsAre("- pleural_effusion"));
  EXPECT_THAT(story("Cardiomediastinal silhouette is unremarkable."),
              ElementsAre("- enlarged_cardiomediastinum", "- cardiomegaly"));
}

TEST(Normality, DeniedIsAnUncertainFinding) {
  EXPECT_THAT(story("The heart is not normal in size."), ElementsAre("? cardiomegaly"));
}

TEST(Normality, OfOneOrganIsNotThatOfTheNext) {
  EXPECT_THAT(story("The heart is enlarged and the lungs are clear."),
              ElementsAre("+ cardiomegaly", "- lung_opacity"));
  EXPECT_THAT(story("Heart size is normal and the lungs are hyperinflated."),
              ElementsAre("- cardiomegaly", "+ hyperinflation"));
  EXPECT_THAT(story("Heart size mildly enlarged, lungs normal."),
              ElementsAre("+ cardiomegaly mild", "- lung_opacity"));
}

TEST(Normality, AtItsLimitIsUncertain) {
  EXPECT_THAT(story("Heart size is at the upper limits of normal."), ElementsAre("? cardiomegaly"));
  EXPECT_THAT(story("Upper limits of normal heart size."), ElementsAre("? cardiomegaly"));
}

TEST(Uncertainty, ReachesWhatIsSupposedAndNotWhatIsSeen) {
  EXPECT_THAT(story("Airspace disease may represent pneumonia."),
              ElementsAre("+ lung_opacity", "? pneumonia"));
  EXPECT_THAT(story("Left basilar opacity, atelectasis versus infiltrate."),
              ElementsAre("+ lung_opacity left [base]", "? atelectasis left [base]",
                          "? infiltrate left [base]"));
  EXPECT_THAT(story("Possible pneumonia and small left effusion."),
              ElementsAre("? pneumonia", "+ pleural_effusion left mild"));
  EXPECT_THAT(story("Opacities may be due to infection."),
              ElementsAre("+ lung_opacity", "? pneumonia"));
}

TEST(Uncertainty, IsWhatCannotBeExcluded) {
  EXPECT_THAT(story("Cannot exclude pneumonia."), ElementsAre("? pneumonia"));
  EXPECT_THAT(story("Pneumonia cannot be entirely excluded."), ElementsAre("? pneumonia"));
  EXPECT_THAT(story("A small effusion is not excluded."), ElementsAre("? pleural_effusion mild"));
  EXPECT_THAT(story("?pneumonia"), ElementsAre("? pneumonia"));
}

TEST(Uncertainty, LosesAgainstNegation) {
  EXPECT_THAT(story("No opacity to suggest pneumonia."),
              ElementsAre("- lung_opacity", "- pneumonia"));
}

TEST(Sides, BelongToTheFindingTheyStandAt) {
  EXPECT_THAT(story("Right lower lobe opacity and left effusion."),
              ElementsAre("+ lung_opacity right [lower lobe]", "+ pleural_effusion left"));
  EXPECT_THAT(story("There is a moderate pleural effusion on the right."),
              ElementsAre("+ pleural_effusion right moderate"));
  EXPECT_THAT(story("Apical pneumothorax on the left with collapse of the right lower lobe."),
              ElementsAre("+ pneumothorax left [apex]", "+ atelectasis right [lower lobe]"));
}

TEST(Sides, AreSharedByTheItemsOfAList) {
  EXPECT_THAT(story("Opacity and atelectasis in the left base."),
              ElementsAre("+ lung_opacity left [base]", "+ atelectasis left [base]"));
  EXPECT_THAT(story("Bilateral effusions and atelectasis."),
              ElementsAre("+ pleural_effusion bilateral", "+ atelectasis bilateral"));
  EXPECT_THAT(story("The right lung demonstrates consolidation and effusion."),
              ElementsAre("+ consolidation right", "+ pleural_effusion right"));
}

TEST(Sides, OfTheSubjectHoldForAZoneWithoutOne) {
  EXPECT_THAT(story("The right lung shows a 3 cm mass in the upper lobe."),
              ElementsAre("+ lung_mass right [upper lobe]"));
}

TEST(Sides, OfWhatIsSeenAreThoseOfItsCause) {
  EXPECT_THAT(story("Left basilar opacity, likely atelectasis."),
              ElementsAre("+ lung_opacity left [base]", "+ atelectasis left [base]"));
  EXPECT_THAT(story("Blunting of the left costophrenic angle may represent small effusion."),
              ElementsAre("+ costophrenic_blunting left [costophrenic angle]",
                          "? pleural_effusion left [costophrenic angle] mild"));
}

TEST(Sides, OfADeniedFindingAreNotThoseOfTheNext) {
  EXPECT_THAT(story("No effusion is seen on the left, right effusion is small."),
              ElementsAre("- pleural_effusion left", "+ pleural_effusion right mild"));
}

TEST(Sides, OfTheLungAreNotThoseOfTheHeart) {
  EXPECT_THAT(story("Left effusion and mild cardiomegaly."),
              ElementsAre("+ pleural_effusion left", "+ cardiomegaly mild"));
}

TEST(Sides, LeftAndRightAreBilateral) {
  EXPECT_THAT(story("Opacities in the right upper lobe and left lower lobe."),
              ElementsAre("+ lung_opacity bilateral [upper lobe, lower lobe]"));
  EXPECT_THAT(story("Bibasilar atelectasis, right greater than left."),
              ElementsAre("+ atelectasis bilateral [base]"));
}

TEST(Sides, ThatAPluralSuggestsGiveWayToOneThatIsTold) {
  EXPECT_THAT(story("Opacity within the right middle and lower lobes."),
              ElementsAre("+ lung_opacity right [middle lobe, lower lobe]"));
  EXPECT_THAT(story("Atelectasis in the lower lobes."),
              ElementsAre("+ atelectasis bilateral [lower lobe]"));
}

TEST(Sides, OfAComparisonAreNotThoseOfTheFinding) {
  EXPECT_THAT(story("Opacity of the right base compared to the left."),
              ElementsAre("+ lung_opacity right [base]"));
}

TEST(Zones, OfOneLobeWordAreAllTaken) {
  EXPECT_THAT(story("Right upper and middle lobe consolidation."),
              ElementsAre("+ consolidation right [upper lobe, middle lobe]"));
  EXPECT_THAT(story("Lingular atelectasis."), ElementsAre("+ atelectasis left [lingula]"));
}

TEST(Extent, IsReadAheadBehindAndBetween) {
  EXPECT_THAT(story("Mild to moderate left effusion."),
              ElementsAre("+ pleural_effusion left moderate"));
  EXPECT_THAT(story("The effusion is small."), ElementsAre("+ pleural_effusion mild"));
  EXPECT_THAT(story("The heart is markedly enlarged."), ElementsAre("+ cardiomegaly severe"));
}

TEST(Observations, LoseAgainstTheFullerPhrase) {
  EXPECT_THAT(story("Pericardial effusion."), ElementsAre("+ pericardial_effusion"));
  EXPECT_THAT(story("Massive effusion."), ElementsAre("+ pleural_effusion severe"));
  EXPECT_THAT(story("Calcified granuloma. Sequelae of granulomatous infection."),
              ElementsAre("+ granuloma", "+ granuloma"));
}

TEST(Observations, BeyondTheLabelsAreKnown) {
  EXPECT_THAT(
      story("Dextroscoliosis. Large hiatal hernia. Tortuous aorta. Hyperinflated lungs. "
            "Degenerative changes of the spine. Low lung volumes. Osteopenia."),
      ElementsAre("+ scoliosis", "+ hiatal_hernia severe", "+ tortuous_aorta", "+ hyperinflation",
                  "+ spine_degeneration", "+ low_lung_volumes", "+ osteopenia"));
}

TEST(Observations, HaveNamesOfTheirOwnAndARegionOfTheStructuredReport) {
  const std::set<std::string_view> regions = {"Lungs and Airways",
                                              "Pleura",
                                              "Cardiovascular",
                                              "Hila and Mediastinum",
                                              "Tubes, Catheters, and Support Devices",
                                              "Musculoskeletal and Chest Wall",
                                              "Abdominal",
                                              "Other"};
  std::set<std::string_view> names;
  std::set<Label> labels;
  for (const ObservationName& observation : observation_names()) {
    EXPECT_TRUE(names.insert(observation.name).second) << observation.name;
    EXPECT_EQ(regions.count(observation.region), 1U) << observation.name;
    if (observation.label) labels.insert(*observation.label);
  }
  EXPECT_EQ(labels.size(), kLabelCount - 1) << "a label that no observation can set";
}

TEST(Findings, TellSentenceSectionAndBytes) {
  const std::string text = "FINDINGS: The lungs are clear. Left effusion.\nIMPRESSION:\n1. Edema.";
  const auto findings = extract_findings(text);
  ASSERT_EQ(findings.size(), 3U);
  EXPECT_EQ(findings[1].section, ReportSection::kFindings);
  EXPECT_EQ(findings[1].sentence, 1U);
  EXPECT_EQ(text.substr(findings[1].begin, findings[1].end - findings[1].begin), "effusion");
  EXPECT_EQ(findings[2].section, ReportSection::kImpression);
  EXPECT_EQ(findings[2].sentence, 2U);
  EXPECT_EQ(findings[2].observation, "edema");
  EXPECT_EQ(findings[2].region, "Lungs and Airways");
}

TEST(Findings, OfTextWithoutHeadingsAreInTheGivenSection) {
  const auto findings = extract_findings("Edema.", ReportSection::kImpression);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].section, ReportSection::kImpression);
}

TEST(Findings, OfNothingAreNone) {
  EXPECT_THAT(story(""), IsEmpty());
  EXPECT_THAT(story(" \n\t..,;:()?!"), IsEmpty());
  EXPECT_THAT(story("Two views of the chest were obtained."), IsEmpty());
}

}  // namespace
}  // namespace slava
