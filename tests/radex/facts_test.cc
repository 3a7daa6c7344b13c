#include "radex/facts.h"

#include <gmock/gmock.h>

namespace slava::radex {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> keys(const std::vector<Fact>& facts) {
  std::vector<std::string> all;
  for (const Fact& fact : facts) all.push_back(fact.key());
  return all;
}

std::vector<std::string> told(const char* text) { return keys(facts_of_text(text).facts); }

TEST(Facts, CarrySideZoneExtentAndCertainty) {
  EXPECT_THAT(told("Small left pleural effusion. There may be consolidation in the right lower "
                   "lobe. No pneumothorax."),
              ElementsAre("pleural_effusion|left||mild|certain|present",
                          "consolidation|right|lower lobe||uncertain|present",
                          "pneumothorax||||certain|absent"));
}

TEST(Facts, TheMoreExactOneStays) {
  EXPECT_THAT(told("There is consolidation. Consolidation in the right lower lobe."),
              ElementsAre("consolidation|right|lower lobe||certain|present"));
  EXPECT_THAT(told("No left effusion. There is no pleural effusion."),
              ElementsAre("pleural_effusion||||certain|absent"));
}

TEST(Facts, BothSidesOfTheSameThingStay) {
  EXPECT_EQ(told("Small left effusion. Large right effusion.").size(), 2u);
}

TEST(Facts, ContradictionsAreNotKept) {
  const FactSet set = facts_of_text("There is a left effusion. No pleural effusion. Lungs clear.");
  EXPECT_EQ(set.contradictions, 2u);
  EXPECT_THAT(keys(set.facts), ElementsAre("lung_opacity||||certain|absent"));
}

TEST(Facts, OtherPlacesDoNotContradict) {
  EXPECT_EQ(facts_of_text("There is a left effusion. No right effusion.").contradictions, 0u);
  EXPECT_EQ(facts_of_text("There is a small effusion. No large effusion.").contradictions, 0u);
}

TEST(Facts, ALateralFilmHasNoSides) {
  const auto facts = facts_of_text(
      "Small left effusion. Nodule in the right middle lobe. The right lung is clear.");
  EXPECT_THAT(keys(without_sides(facts.facts)),
              ElementsAre("pleural_effusion|||mild|certain|present",
                          "lung_nodule|right|middle lobe||certain|present"));
}

TEST(Facts, OnlyAPlainNegationDeniesAll) {
  EXPECT_TRUE(facts_of_text("No pneumothorax.").facts.at(0).denies_all());
  EXPECT_FALSE(facts_of_text("No large pneumothorax.").facts.at(0).denies_all());
  EXPECT_FALSE(facts_of_text("No left pneumothorax.").facts.at(0).denies_all());
}

TEST(Facts, AreComparedAsSets) {
  const auto a = facts_of_text("Lungs clear. No effusion.").facts;
  const auto b = facts_of_text("No effusion. Lungs clear.").facts;
  EXPECT_TRUE(same_facts(a, b));
  EXPECT_FALSE(same_facts(a, facts_of_text("Lungs clear.").facts));
  EXPECT_THAT(told("Intensive care study."), IsEmpty());
}

}  // namespace
}  // namespace slava::radex
