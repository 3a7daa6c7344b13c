#include "gate/body_part.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

using Kind = BodyPart::Kind;

TEST(BodyPart, WordsForTheChestAreTheChest) {
  for (const char* word :
       {"CHEST", "Chest ", "PORTABLE CHEST", "CHEST_PA", "THORAX", "TORAX", "TORACE", "RIBCAGE",
        "RIBS", "LUNG", "CHESTABDOMEN", "CHEST ABDOMEN PELVIS", "BABYGRAM", "HEART"}) {
    EXPECT_EQ(body_part_of_word(word).kind, Kind::kChest) << word;
  }
}

TEST(BodyPart, WordsForOtherPartsAreNamedByOurTable) {
  EXPECT_EQ(body_part_of_word("LEFT KNEE").name, "knee");
  EXPECT_EQ(body_part_of_word("KNEE").kind, Kind::kOther);
  EXPECT_EQ(body_part_of_word("SKULL").kind, Kind::kOther);
  EXPECT_EQ(body_part_of_word("T-SPINE").kind, Kind::kOther);
  EXPECT_EQ(body_part_of_word("THORACIC SPINE").name, "spine");
  EXPECT_EQ(body_part_of_word("ABDOMEN").kind, Kind::kOther);
}

TEST(BodyPart, NothingAndUnknownWordsAreNotGuessedAt) {
  EXPECT_EQ(body_part_of_word("").kind, Kind::kUnstated);
  EXPECT_EQ(body_part_of_word("  ").kind, Kind::kUnstated);
  for (const char* word : {"WHOLEBODY", "Secretname", "???", "HANDEL", "KNEEL"}) {
    EXPECT_EQ(body_part_of_word(word).kind, Kind::kUnknown) << word;
  }
}

TEST(BodyPart, CodesOfBothSchemesAreKnown) {
  EXPECT_EQ(body_part_of_codes({}).kind, Kind::kUnstated);
  EXPECT_EQ(body_part_of_codes({{"51185008", "SCT"}}).kind, Kind::kChest);
  EXPECT_EQ(body_part_of_codes({{"T-D3000", "SRT"}}).kind, Kind::kChest);
  EXPECT_EQ(body_part_of_codes({{"72696002", "SCT"}}).name, "knee");
  EXPECT_EQ(body_part_of_codes({{"T-D9200", "SRT"}}).name, "knee");
  EXPECT_EQ(body_part_of_codes({{"12345", "SCT"}}).kind, Kind::kUnknown);
  EXPECT_EQ(body_part_of_codes({{"12345", "SCT"}, {"72696002", "SCT"}}).name, "knee");
}

}  // namespace
}  // namespace slava
