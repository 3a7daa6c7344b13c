#include "radex/film_statements.h"

#include <gmock/gmock.h>

#include "base/strings.h"

namespace slava::radex {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

std::vector<std::string> kept(const std::string& text,
                              ReportSection section = ReportSection::kUnknown) {
  std::vector<std::string> texts;
  for (const Statement& statement : film_statements(text, section).kept) {
    texts.push_back(statement.text);
  }
  return texts;
}

struct Away {
  const char* reason;
  const char* text;
};
void PrintTo(const Away& away, std::ostream* out) { *out << away.reason; }

class EachReason : public testing::TestWithParam<Away> {};

TEST_P(EachReason, TakesTheSentenceAwayAndTellsWhy) {
  const FilmStatements found = film_statements(
      std::string("The heart is enlarged. ") + GetParam().text, ReportSection::kUnknown);
  ASSERT_EQ(found.kept.size(), 1u) << found.kept.back().text;
  EXPECT_EQ(found.kept[0].text, "The heart is enlarged.");
  EXPECT_THAT(found.removed, Contains(Pair(GetParam().reason, 1)));
}

INSTANTIATE_TEST_SUITE_P(
    FilmStatements, EachReason,
    testing::Values(Away{"other_modality", "Chest CT shows a left effusion."},
                    Away{"other_modality", "MRI revealed a mass."},
                    Away{"other_modality", "Ultrasound of the chest with a pleural effusion."},
                    Away{"pathology", "Biopsy showed carcinoma."},
                    Away{"pathology", "Sputum grew organisms of pneumonia."},
                    Away{"treatment", "The pneumothorax was treated with a tube."},
                    Away{"treatment", "Antibiotics for pneumonia."},
                    Away{"history", "History of pneumonia."},
                    Away{"history", "Admitted with heart failure."},
                    Away{"comparison", "The effusion has increased since the last film."},
                    Away{"comparison", "Unchanged right effusion."},
                    Away{"comparison", "Compared to the prior film the nodule is larger."},
                    Away{"comparison", "New left consolidation."},
                    Away{"comparison", "The pneumothorax has resolved."},
                    Away{"general", "Pneumonia is usually caused by bacteria."},
                    Away{"advice", "Pneumonia should be excluded."},
                    Away{"mark", "There is XXXX of the pleural effusion."}),
    [](const auto& away) { return cat(away.param.reason, '_', away.index); });

TEST(FilmStatements, ATurnToCtHoldsUntilTheFilmIsNamedAgain) {
  EXPECT_THAT(kept("Lungs clear. CT was performed. A nodule is seen. The radiograph shows a mass. "
                   "There is an effusion."),
              ElementsAre("Lungs clear.", "The radiograph shows a mass.", "There is an effusion."));
}

TEST(FilmStatements, AFilmOfAPatientWithAHistoryTellsOfTheFilm) {
  EXPECT_THAT(kept("Chest radiograph on admission shows a left effusion."),
              ElementsAre("Chest radiograph on admission shows a left effusion."));
}

TEST(FilmStatements, IncreasedMarkingsAreNoComparison) {
  EXPECT_EQ(kept("There are increased interstitial markings.").size(), 1u);
  EXPECT_EQ(kept("Degenerative changes of the spine.").size(), 1u);
}

TEST(FilmStatements, WhatIsTakenAwayMakesTheReportIncomplete) {
  const auto of = [](const char* text) {
    return film_statements(text, ReportSection::kUnknown).complete;
  };
  EXPECT_FALSE(of("Lungs clear. The effusion has increased."));
  EXPECT_FALSE(of("Lungs clear. CT shows a nodule."));
  EXPECT_TRUE(of("Lungs clear. CT shows no nodule."));
  EXPECT_TRUE(of("Lungs clear. History of pneumonia."));
}

TEST(FilmStatements, SectionsThatAreNotOfTheFilmGo) {
  EXPECT_THAT(kept("INDICATION: effusion. FINDINGS: Lungs clear."), ElementsAre("Lungs clear."));
  EXPECT_THAT(kept("pneumonia", ReportSection::kIndication), IsEmpty());
  EXPECT_EQ(film_statements("Lungs clear.", ReportSection::kImpression).kept[0].section,
            ReportSection::kImpression);
}

}  // namespace
}  // namespace slava::radex
