#include "radex/rewrite.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/strings.h"
#include "support/temporary_folder.h"

namespace slava::radex {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Sample sample(const std::string& answer, const std::string& id = "s1") {
  Sample made;
  made.id = id;
  made.case_id = "c1";
  made.task = "findings";
  made.answer = answer;
  made.expected = facts_of_text(answer).facts;
  return made;
}

TEST(Rewrite, AWordingPassesWhenItSaysTheSame) {
  const Sample one = sample("There is a small left pleural effusion.");
  EXPECT_EQ(reason_against_wording(one, "A small pleural effusion is noted on the left."), "");
}

TEST(Rewrite, AWordingThatChangesAnythingDoesNot) {
  const Sample one = sample("There is a small left pleural effusion. No pneumothorax.");
  const auto reason = [&](const char* text) { return reason_against_wording(one, text); };
  EXPECT_EQ(reason("There is a small right pleural effusion. No pneumothorax."),
            "changes_the_facts");
  EXPECT_EQ(reason("There is a large left pleural effusion. No pneumothorax."),
            "changes_the_facts");
  EXPECT_EQ(reason("There may be a small left pleural effusion. No pneumothorax."),
            "changes_the_facts");
  EXPECT_EQ(reason("There is a small left pleural effusion."), "changes_the_facts");
  EXPECT_EQ(reason("Small left pleural effusion in Mr. Zimmerman. No pneumothorax."), "identifier");
  EXPECT_EQ(reason("Small left pleural effusion on 3 May 2021. No pneumothorax."), "identifier");
  EXPECT_EQ(reason(""), "empty");
  EXPECT_EQ(reason("\xff"), "not_utf8");
  std::string long_text = "There is a small left pleural effusion. No pneumothorax.";
  for (int i = 0; i < 50; ++i) long_text += " It is so.";
  EXPECT_EQ(reason_against_wording(one, long_text), "too_long");
}

TEST(Rewrite, AReportKeepsItsSections) {
  Sample one = sample("FINDINGS: Lungs clear.\nIMPRESSION: No acute cardiopulmonary abnormality.");
  one.task = "report";
  EXPECT_EQ(reason_against_wording(one, "Lungs clear. No acute cardiopulmonary abnormality."),
            "sections_missing");
}

class RewriteRun : public testing::Test {
 protected:
  RewriteStore store() { return *RewriteStore::open(folder_ / "r.jsonl"); }

  TemporaryFolder folder_;
  StepLog log_;
  size_t asked_ = 0;
};

TEST_F(RewriteRun, TakesGoodWordingsAndKeepsTheGrammarsForBadOnes) {
  std::vector<Sample> samples{sample("Lungs clear.", "good"), sample("No pneumothorax.", "bad")};
  RewriteStore own = store();
  const auto ask = [&](const std::string& text, uint64_t) -> Result<std::string> {
    return text == "Lungs clear." ? "\"The lungs are clear.\"" : "There is a pneumothorax.";
  };
  ASSERT_TRUE(rewrite(samples, ask, "tiny", 1, own, log_));
  EXPECT_EQ(samples[0].answer, "The lungs are clear.");
  EXPECT_EQ(samples[0].rewritten_by, "tiny");
  EXPECT_EQ(samples[1].answer, "No pneumothorax.");
  EXPECT_EQ(samples[1].rewritten_by, "");
  ASSERT_EQ(log_.refusals().size(), 1u);
  EXPECT_EQ(log_.refusals()[0].subject, "bad");
  EXPECT_EQ(log_.refusals()[0].kind, "changes_the_facts");
}

TEST_F(RewriteRun, GoesOnWithoutAskingAgain) {
  const auto ask = [&](const std::string&, uint64_t) -> Result<std::string> {
    ++asked_;
    return "The lungs are clear.";
  };
  for (int run = 0; run < 2; ++run) {
    std::vector<Sample> samples{sample("Lungs clear.")};
    RewriteStore own = store();
    ASSERT_TRUE(rewrite(samples, ask, "tiny", 1, own, log_));
    EXPECT_EQ(samples[0].answer, "The lungs are clear.");
  }
  EXPECT_EQ(asked_, 1u);
  // Another model or seed is another question.
  std::vector<Sample> samples{sample("Lungs clear.")};
  RewriteStore own = store();
  ASSERT_TRUE(rewrite(samples, ask, "other", 1, own, log_));
  EXPECT_EQ(asked_, 2u);
}

TEST_F(RewriteRun, ALineThatAKilledRunLeftHalfIsLeftOut) {
  {
    RewriteStore own = store();
    ASSERT_TRUE(own.add("k1", "text"));
  }
  const std::string whole = *read_file(folder_ / "r.jsonl");
  ASSERT_TRUE(write_file_atomically(folder_ / "r.jsonl", whole + "\n{\"key\": \"k2\", \"te"));
  RewriteStore own = store();
  EXPECT_NE(own.find("k1"), nullptr);
  EXPECT_EQ(own.find("k2"), nullptr);
  ASSERT_TRUE(own.add("k3", "more"));
  EXPECT_NE(store().find("k3"), nullptr);
}

TEST_F(RewriteRun, StopsWhenNobodyAnswers) {
  std::vector<Sample> samples;
  for (int i = 0; i < 20; ++i) samples.push_back(sample("Lungs clear.", cat("s", i)));
  RewriteStore own = store();
  const auto ask = [&](const std::string&, uint64_t) -> Result<std::string> {
    ++asked_;
    return fail(ErrorKind::kInput, "--llm http://127.0.0.1:1: no answer");
  };
  const Status status = rewrite(samples, ask, "tiny", 1, own, log_);
  ASSERT_FALSE(status);
  EXPECT_THAT(status.error().message, HasSubstr("no answer"));
  EXPECT_EQ(asked_, 5u);
}

}  // namespace
}  // namespace slava::radex
