#include "radex/tasks.h"

#include <gmock/gmock.h>

#include <set>

#include "base/strings.h"
#include "radex/quality.h"

namespace slava::radex {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

CaseFacts case_of(const char* text, FilmView view = FilmView::kPa) {
  CaseFacts facts;
  facts.case_id = "c1";
  facts.image = "a.png";
  facts.view = view;
  facts.sex = "F";
  facts.age = "54";
  facts.facts = facts_of_text(text).facts;
  if (view == FilmView::kLateral) facts.facts = without_sides(facts.facts);
  return facts;
}

std::vector<Sample> of_task(const std::vector<Sample>& samples, std::string_view task) {
  std::vector<Sample> found;
  for (const Sample& sample : samples) {
    if (sample.task == task) found.push_back(sample);
  }
  return found;
}

constexpr const char* kText =
    "There is a small left pleural effusion. There may be consolidation in the right lower lobe. "
    "No pneumothorax. The heart is enlarged.";

TEST(Tasks, EachStageHasItsTasks) {
  std::set<std::string> tasks;
  for (const Sample& sample : make_tasks(case_of(kText), {})) {
    tasks.insert(cat(name_of(sample.stage), '/', sample.task));
  }
  for (const char* task :
       {"recognition/presence", "recognition/side", "recognition/view", "recognition/list",
        "recognition/normality", "reasoning/impression", "reasoning/differential",
        "reporting/findings", "reporting/summary", "reporting/report"}) {
    EXPECT_THAT(tasks, Contains(task));
  }
}

TEST(Tasks, EveryTextSaysItsFacts) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    for (const Sample& sample : make_tasks(case_of(kText), {.seed = seed})) {
      EXPECT_TRUE(says_its_facts(sample)) << sample.id << ": " << sample.answer;
    }
  }
}

TEST(Tasks, UncertaintyAndSidesStandInTheTexts) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    for (const Sample& sample : make_tasks(case_of(kText), {.seed = seed})) {
      for (const Finding& finding : extract_findings(sample.answer)) {
        if (finding.observation == "pleural_effusion" && finding.side != FindingSide::kNone) {
          EXPECT_EQ(finding.side, FindingSide::kLeft) << sample.answer;
        }
        if (finding.observation == "consolidation") {
          EXPECT_EQ(finding.certainty, Certainty::kUncertain) << sample.answer;
        }
      }
    }
  }
}

TEST(Tasks, TheSameSeedGivesTheSameTexts) {
  const auto text_of = [](uint64_t seed) {
    std::string all;
    for (const Sample& sample : make_tasks(case_of(kText), {.seed = seed})) {
      all += cat(sample.id, sample.question, sample.answer, '\n');
    }
    return all;
  };
  EXPECT_EQ(text_of(4), text_of(4));
  EXPECT_NE(text_of(4), text_of(5));
}

TEST(Tasks, ALateralFilmIsNotAskedForSides) {
  const auto samples = make_tasks(case_of(kText, FilmView::kLateral), {});
  EXPECT_TRUE(of_task(samples, "side").empty());
  for (const Sample& sample : samples) {
    EXPECT_THAT(to_lower(sample.answer), Not(HasSubstr("left"))) << sample.answer;
  }
  EXPECT_THAT(of_task(samples, "view").at(0).answer, HasSubstr("lateral"));
}

TEST(Tasks, AnIncompleteCaseGivesNoReportAndIsNeverNormal) {
  CaseFacts facts = case_of("Lungs clear. No pleural effusion.");
  EXPECT_THAT(of_task(make_tasks(facts, {}), "normality").at(0).answer, Not(HasSubstr("Abnormal")));
  facts.complete = false;
  const auto samples = make_tasks(facts, {});
  for (const char* task : {"normality", "list", "impression", "findings", "summary", "report"}) {
    EXPECT_TRUE(of_task(samples, task).empty()) << task;
  }
  EXPECT_FALSE(of_task(samples, "presence").empty());
}

TEST(Tasks, NothingIsAskedThatTheCaseDoesNotTell) {
  const auto samples = make_tasks(case_of("There is a pleural effusion."), {});
  EXPECT_TRUE(of_task(samples, "side").empty());
  EXPECT_TRUE(of_task(samples, "where").empty());
  EXPECT_TRUE(of_task(samples, "why_not").empty());
  EXPECT_EQ(of_task(samples, "presence").size(), 1u);
  CaseFacts unknown = case_of("There is a pleural effusion.", FilmView::kUnknown);
  EXPECT_TRUE(of_task(make_tasks(unknown, {}), "view").empty());
}

TEST(Tasks, ADifferentialIsUncertainAndHoldsTheCollectionsDiagnosis) {
  CaseFacts facts = case_of("There is consolidation in the right lower lobe.");
  facts.diagnosis = diagnosis_of("COVID-19, ARDS");
  EXPECT_EQ(facts.diagnosis, "pneumonia");
  for (uint64_t seed = 1; seed <= 10; ++seed) {
    const auto samples = of_task(make_tasks(facts, {.seed = seed}), "differential");
    ASSERT_EQ(samples.size(), 1u);
    EXPECT_THAT(samples[0].answer, HasSubstr("pneumonia"));
    for (const Finding& finding : extract_findings(samples[0].answer)) {
      if (finding.observation == "pneumonia") {
        EXPECT_EQ(finding.certainty, Certainty::kUncertain);
      }
    }
  }
  EXPECT_EQ(diagnosis_of("broken heart"), "");
}

TEST(Tasks, WhyNotRestsOnWhatTheFilmDenies) {
  const auto samples = of_task(make_tasks(case_of("The heart is normal in size. No pleural "
                                                  "effusion. There is a rib fracture."),
                                          {}),
                               "why_not");
  ASSERT_EQ(samples.size(), 1u);
  EXPECT_THAT(samples[0].answer, HasSubstr("less likely"));
}

TEST(Tasks, ReportsTellADecadeAndNeverAnAge) {
  bool told = false;
  for (uint64_t seed = 1; seed <= 30; ++seed) {
    for (const Sample& sample : make_tasks(case_of(kText), {.seed = seed})) {
      EXPECT_THAT(sample.question, Not(HasSubstr("54")));
      if (sample.question.find("female in the fifties") != std::string::npos) told = true;
    }
  }
  EXPECT_TRUE(told);
}

TEST(Tasks, IdsTellCaseAndTask) {
  for (const Sample& sample : make_tasks(case_of(kText), {})) {
    EXPECT_THAT(sample.id, StartsWith(cat("c1.", sample.task, '.')));
  }
}

}  // namespace
}  // namespace slava::radex
