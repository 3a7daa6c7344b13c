// The control that shows what a model says without any film.
#include "pipeline/blanked_films.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "pipeline/fakes.h"
#include "pipeline/reader.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::SizeIs;

class BlankedFilms : public testing::Test {
 protected:
  // A study with a frontal film and perhaps a lateral one, each with another picture.
  void add(const std::string& id, bool with_lateral = false) {
    std::vector<Film> films;
    write_film(folder_ / (id + "-f.png"), ++level_);
    films.push_back(film_at(folder_ / (id + "-f.png")));
    if (with_lateral) {
      write_film(folder_ / (id + "-l.png"), ++level_);
      films.push_back(film_at(folder_ / (id + "-l.png"), View::kLateral));
    }
    list_.studies.push_back(study_of(id, std::move(films)));
  }

  Result<std::vector<BlankedDraft>> draft(const std::vector<std::string>& ids) {
    return draft_blanked_films(assistant_, list_, ids);
  }

  TemporaryFolder folder_;
  FakeAssistant assistant_;
  StudyList list_;
  int level_ = 0;
};

TEST_F(BlankedFilms, DifferentFilmsGiveOneDraftPerSetOfViews) {
  add("a");
  add("b", true);
  add("c");
  const auto drafts = draft({"c", "b", "a"});
  ASSERT_TRUE(drafts) << drafts.error();
  ASSERT_THAT(*drafts, SizeIs(3));
  EXPECT_EQ((*drafts)[0].findings, (*drafts)[2].findings);
  EXPECT_THAT((*drafts)[0].findings, HasSubstr("Views: frontal."));
  EXPECT_THAT((*drafts)[1].findings, HasSubstr("Views: frontal lateral."));
  EXPECT_EQ((*drafts)[1].impression, "No statement.");
  EXPECT_THAT(assistant_.requests, SizeIs(2)) << "equal inputs are drafted once";
}

TEST_F(BlankedFilms, ThePixelsThatTheModelSeesAreAllTheSame) {
  add("a");
  ASSERT_TRUE(draft({"a"}));
  const std::vector<float>& values = assistant_.requests.at(0).films.at(0).pixels.values;
  EXPECT_EQ(std::count(values.begin(), values.end(), values.front()),
            static_cast<ptrdiff_t>(values.size()));
  ASSERT_TRUE(Reader(assistant_, {.gate = open_gate()}).read(list_.studies[0]));
  const std::vector<float>& seen = assistant_.requests.at(1).films.at(0).pixels.values;
  EXPECT_NE(std::count(seen.begin(), seen.end(), seen.front()),
            static_cast<ptrdiff_t>(seen.size()));
}

TEST_F(BlankedFilms, WhatIsKnownOfTheStudyStaysAndPartsEqualFilms) {
  assistant_.info_.uses_indication = true;
  add("a");
  add("b");
  add("c");
  list_.studies[0].indication = "Fever.";
  list_.studies[1].indication = "Cough.";
  list_.studies[2].indication = "Fever.";
  ASSERT_TRUE(draft({"a", "b", "c"}));
  ASSERT_THAT(assistant_.requests, SizeIs(2));
  EXPECT_EQ(assistant_.requests[1].indication, "Cough.");
}

TEST_F(BlankedFilms, AStudyWithoutFilmsEndsIt) {
  add("a");
  const auto drafts = draft({"x1", "a", "x2"});
  ASSERT_FALSE(drafts);
  EXPECT_EQ(drafts.error().kind, ErrorKind::kInput);
  EXPECT_THAT(drafts.error().message, HasSubstr("no films of 2 of 3 studies that are scored, the "
                                                "first is x1"));
  EXPECT_THAT(assistant_.requests, SizeIs(0));
}

TEST_F(BlankedFilms, AFilmThatCannotBeReadEndsIt) {
  add("a");
  write_truncated_film(folder_ / "a-f.png");
  EXPECT_THAT(draft({"a"}).error().message, HasSubstr("a-f.png"));
  list_.rejected.push_back({"b", "b.png", {ErrorKind::kInput, "list.csv: line 7: no such file"}});
  EXPECT_THAT(draft({"b"}).error().message,
              AllOf(HasSubstr("the films of b: "), HasSubstr("line 7")));
}

TEST_F(BlankedFilms, TheModelGetsTheFilmsThatItWouldReadForAReport) {
  add("a", true);
  write_film(folder_ / "second.png");
  list_.studies[0].films.push_back(film_at(folder_ / "second.png"));
  ASSERT_TRUE(draft({"a"}));
  EXPECT_THAT(assistant_.requests.at(0).films, SizeIs(2));
  assistant_.info_.uses_lateral = false;
  ASSERT_TRUE(draft({"a"}));
  EXPECT_THAT(assistant_.requests.at(1).films, SizeIs(1));
  list_.studies[0].films.resize(2);
  std::erase_if(list_.studies[0].films,
                [](const Film& film) { return film.view != View::kLateral; });
  EXPECT_THAT(draft({"a"}).error().message, HasSubstr("the study has no frontal film"));
}

TEST_F(BlankedFilms, TheLineForTablesNamesTheModelAndWhatIsBypassed) {
  EXPECT_THAT(blanked_films_about(assistant_.info_),
              AllOf(HasSubstr("fake (ffffffffffff)"), HasSubstr("bypassed")));
}

}  // namespace
}  // namespace slava
