#include "radex/quality.h"

#include <gmock/gmock.h>

namespace slava::radex {
namespace {

using testing::ElementsAre;

Sample sample(std::string id, std::string answer, std::string case_id = "c1") {
  Sample made;
  made.id = std::move(id);
  made.case_id = std::move(case_id);
  made.task = "findings";
  made.stage = Stage::kReporting;
  made.expected = facts_of_text(answer).facts;
  made.answer = std::move(answer);
  return made;
}

std::vector<std::string> kinds(const StepLog& log) {
  std::vector<std::string> all;
  for (const Refusal& refusal : log.refusals()) all.push_back(refusal.subject + " " + refusal.kind);
  return all;
}

struct Kept {
  std::vector<Sample> samples;
  StepLog log;
  QualityFigures figures;
};

Kept keep(std::vector<Sample> samples, const QualityOptions& options = {},
          const std::map<std::string, std::string>& films = {}) {
  Kept kept;
  kept.samples = keep_good(std::move(samples), films, options, kept.log, kept.figures);
  return kept;
}

TEST(Quality, RefusesATextThatSaysOtherFacts) {
  Sample wrong_side = sample("a", "There is a left pleural effusion.");
  wrong_side.answer = "There is a right pleural effusion.";
  Sample too_much = sample("b", "Lungs clear.");
  too_much.answer = "Lungs clear. No effusion.";
  Sample certain = sample("c", "There may be a mass.");
  certain.answer = "There is a mass.";
  Sample given = sample("d", "No pneumothorax.");
  given.given = "There is a mass.";
  const Kept kept = keep({wrong_side, too_much, certain, given, sample("e", "Lungs clear.")});
  EXPECT_EQ(kept.samples.size(), 1u);
  EXPECT_EQ(kept.log.refusals().size(), 4u);
  EXPECT_EQ(kept.figures.round_trip.at("").agreed, 1u);
  EXPECT_EQ(kept.figures.round_trip.at("").samples, 5u);
}

TEST(Quality, NearDuplicatesAboutOneFilmGo) {
  const char* text =
      "There is a left pleural effusion. No pneumothorax. The heart is enlarged. "
      "Consolidation in the right lower lobe.";
  const Kept kept = keep({sample("a", text), sample("b", text), sample("c", text, "c2")});
  EXPECT_THAT(kinds(kept.log), ElementsAre("b near_duplicate"));
  // Two cases with one film are one film.
  const Kept same_film =
      keep({sample("a", text), sample("c", text, "c2")}, {}, {{"c1", "f"}, {"c2", "f"}});
  EXPECT_THAT(kinds(same_film.log), ElementsAre("c near_duplicate"));
}

TEST(Quality, LikenessCountsCommonPairsOfWords) {
  EXPECT_DOUBLE_EQ(likeness("a b c", "a b c"), 1);
  EXPECT_DOUBLE_EQ(likeness("a b c", "A b, c."), 1);
  EXPECT_DOUBLE_EQ(likeness("a b c", "a b d"), 1.0 / 3);
  EXPECT_DOUBLE_EQ(likeness("a b", "b a"), 0);
  EXPECT_DOUBLE_EQ(likeness("yes", "no"), 0);
  EXPECT_DOUBLE_EQ(likeness("", ""), 1);
}

TEST(Quality, LengthsAreBounded) {
  const Kept kept = keep({sample("a", "Lungs clear."), sample("b", "No pleural effusion is seen.")},
                         {.least_words = 3, .most_words = 4});
  EXPECT_THAT(kinds(kept.log), ElementsAre("a too_short", "b too_long"));
}

TEST(Quality, CountsLabelsSidesAndLengthsOfWhatStays) {
  const Kept kept = keep({sample("a", "Small left pleural effusion. No pneumothorax."),
                          sample("b", "There may be pneumonia.")});
  EXPECT_THAT(kept.figures.labels.at("Pleural Effusion"), ElementsAre(1, 0, 0));
  EXPECT_THAT(kept.figures.labels.at("Pneumothorax"), ElementsAre(0, 1, 0));
  EXPECT_THAT(kept.figures.labels.at("Pneumonia"), ElementsAre(0, 0, 1));
  EXPECT_EQ(kept.figures.sides.at("left"), 1u);
  EXPECT_EQ(kept.figures.lengths.at(Stage::kReporting)[0], 2u);
  EXPECT_EQ(kept.log.steps().front().out, 2u);
}

}  // namespace
}  // namespace slava::radex
