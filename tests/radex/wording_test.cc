// Every observation in every plausible place: the sentence says it, and nothing else.
#include "wording/wording.h"

#include <gmock/gmock.h>

#include <map>

#include "base/strings.h"
#include "radex/facts.h"
#include "wording/grammar.h"

namespace slava::radex {

using namespace wording;
namespace {

using testing::HasSubstr;
using testing::Not;

constexpr FindingSide kSides[] = {FindingSide::kNone, FindingSide::kLeft, FindingSide::kRight,
                                  FindingSide::kBilateral};

Fact fact(std::string_view observation, FindingSide side = FindingSide::kNone) {
  Fact made;
  for (const ObservationName& name : observation_names()) {
    if (name.name == observation) made.observation = name.name;
  }
  made.side = side;
  return made;
}

// Says it with several seeds and counts how often just that is read again.
std::pair<size_t, size_t> round_trip(const Fact& said, std::string& first_failure) {
  std::pair<size_t, size_t> counts{0, 0};
  for (uint64_t seed = 0; seed < 8; ++seed) {
    Draw draw(seed);
    const std::string text = sentence_of(said, draw);
    const bool same = same_facts({said}, facts_of_text(text).facts);
    ++counts.second;
    counts.first += same ? 1 : 0;
    if (!same && first_failure.empty()) first_failure = cat(said.key(), ": ", text);
  }
  return counts;
}

TEST(Wording, EveryObservationIsReadAsItIsSaid) {
  for (const ObservationName& name : observation_names()) {
    for (int state = 0; state < 3; ++state) {
      Fact said = fact(name.name);
      said.negated = state == 1;
      if (state == 2) said.certainty = Certainty::kUncertain;
      std::string failure;
      const auto [agreed, all] = round_trip(said, failure);
      EXPECT_EQ(agreed, all) << failure;
    }
  }
}

TEST(Wording, SidesAndZonesOfTheLungAreReadAsTheyAreSaid) {
  for (const char* observation :
       {"lung_opacity", "infiltrate", "consolidation", "atelectasis", "lung_nodule", "lung_mass",
        "granuloma", "lung_scarring", "calcified_nodule", "pneumonia"}) {
    for (const FindingSide side : kSides) {
      for (const std::string_view zone :
           {"", "base", "apex", "upper lobe", "mid lung", "lower lobe", "hilum", "retrocardiac"}) {
        for (const bool uncertain : {false, true}) {
          Fact said = fact(observation, side);
          if (!zone.empty()) said.zones = {zone};
          if (uncertain) said.certainty = Certainty::kUncertain;
          std::string failure;
          const auto [agreed, all] = round_trip(said, failure);
          EXPECT_EQ(agreed, all) << failure;
        }
      }
    }
  }
}

TEST(Wording, ExtentsAreReadAsTheyAreSaid) {
  for (const char* observation :
       {"pleural_effusion", "pneumothorax", "edema", "cardiomegaly", "lung_opacity",
        "consolidation", "atelectasis", "lung_nodule", "emphysema", "hiatal_hernia", "scoliosis"}) {
    for (const FindingExtent extent : {FindingExtent::kMinimal, FindingExtent::kMild,
                                       FindingExtent::kModerate, FindingExtent::kSevere}) {
      Fact said = fact(observation);
      said.extent = extent;
      std::string failure;
      const auto [agreed, all] = round_trip(said, failure);
      EXPECT_EQ(agreed, all) << failure;
    }
  }
}

TEST(Wording, ASideIsNeverTheOther) {
  for (const ObservationName& name : observation_names()) {
    for (uint64_t seed = 0; seed < 8; ++seed) {
      Draw left_draw(seed);
      Draw right_draw(seed);
      const std::string left =
          to_lower(sentence_of(fact(name.name, FindingSide::kLeft), left_draw));
      const std::string right =
          to_lower(sentence_of(fact(name.name, FindingSide::kRight), right_draw));
      EXPECT_THAT(left, Not(HasSubstr("right")));
      EXPECT_THAT(right, Not(HasSubstr("left")));
    }
  }
}

TEST(Wording, PlainNegationsAreToldTogether) {
  Draw draw(3);
  Fact effusion = fact("pleural_effusion");
  Fact pneumothorax = fact("pneumothorax");
  effusion.negated = pneumothorax.negated = true;
  const std::string text = text_of({effusion, pneumothorax, fact("cardiomegaly")}, draw);
  EXPECT_THAT(text, HasSubstr("pleural effusion or pneumothorax"));
  EXPECT_TRUE(same_facts(facts_of_text(text).facts, {effusion, pneumothorax, fact("cardiomegaly")}))
      << text;
}

TEST(Wording, ArticlesFit) {
  EXPECT_EQ(noun_with_article("lung_opacity"), "an opacity");
  EXPECT_EQ(noun_with_article("pleural_effusion"), "a pleural effusion");
  EXPECT_EQ(noun_with_article("consolidation"), "consolidation");
  EXPECT_EQ(noun_with_article("surgical_clips"), "surgical clips");
}

TEST(Grammar, TheSameSeedSaysTheSame) {
  Draw a(9);
  Draw b(9);
  Draw c(10);
  std::string said_a;
  std::string said_b;
  std::string said_c;
  for (int i = 0; i < 20; ++i) {
    said_a += say("view.question", {}, a);
    said_b += say("view.question", {}, b);
    said_c += say("view.question", {}, c);
  }
  EXPECT_EQ(said_a, said_b);
  EXPECT_NE(said_a, said_c);
}

TEST(Grammar, EnumeratesAndFills) {
  EXPECT_EQ(enumerate({"a", "b", "c"}, "or"), "a, b or c");
  EXPECT_EQ(enumerate({"a"}, "or"), "a");
  EXPECT_EQ(fill("{x} and {y}.", {{"x", "1"}, {"y", "{x}"}}), "1 and {x}.");
  EXPECT_DEATH(fill("{z}", {}), "no slot");
}

}  // namespace
}  // namespace slava::radex
