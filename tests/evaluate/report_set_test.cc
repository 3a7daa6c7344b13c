#include "evaluate/report_set.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "evaluate/join.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ReportSetTest : public testing::Test {
 protected:
  Result<ReportSet> read(const std::string& name, const std::string& text,
                         const ReadOptions& options = {}) {
    EXPECT_TRUE(write_file_atomically(folder_ / name, text));
    return read_report_set(folder_ / name, options);
  }

  std::string error(const std::string& name, const std::string& text,
                    const ReadOptions& options = {}) {
    const auto set = read(name, text, options);
    if (set) return "no error";
    EXPECT_EQ(set.error().kind, ErrorKind::kInput);
    return set.error().message;
  }

  TemporaryFolder folder_;
};

TEST_F(ReportSetTest, ReadsJsonLinesWithSections) {
  const auto set =
      read("a.jsonl",
           "{\"study_id\": \"s1\", \"findings\": \"Clear.\", \"impression\": \"Normal.\"}\n"
           "\n{\"study_id\": 2, \"report\": \"Clear lungs.\"}\n");
  ASSERT_TRUE(set) << set.error();
  ASSERT_EQ(set->rows.size(), 2u);
  EXPECT_EQ(set->rows[0].id, "s1");
  EXPECT_EQ(text_of(set->rows[0], SectionChoice::kFindings).joined(), "Clear.");
  EXPECT_EQ(text_of(set->rows[0], SectionChoice::kBoth).joined(), "Clear. Normal.");
  EXPECT_EQ(set->rows[1].id, "2");
  EXPECT_EQ(set->rows[1].where, "a.jsonl:3");
  EXPECT_EQ(text_of(set->rows[1], SectionChoice::kImpression).joined(), "Clear lungs.");
}

TEST_F(ReportSetTest, ReadsUpstreamsAnswers) {
  const auto set = read("answers.jsonl",
                        "{\"question_id\": \"q7\", \"image_id\": \"x.jpg\", \"prompt\": \"Write\", "
                        "\"text\": \"No effusion.\", \"answer_id\": \"z\", \"model_id\": \"m\"}\n");
  ASSERT_TRUE(set) << set.error();
  EXPECT_EQ(set->form, "answers");
  EXPECT_EQ(set->rows[0].id, "q7");
  EXPECT_EQ(set->rows[0].whole, "No effusion.");
}

TEST_F(ReportSetTest, ReadsCsvWithLineBreaksInReports) {
  const auto set = read("a.csv", "study_id,report\ns1,\"Clear,\nno effusion.\"\ns2,Normal\n");
  ASSERT_TRUE(set) << set.error();
  ASSERT_EQ(set->rows.size(), 2u);
  EXPECT_EQ(set->rows[0].whole, "Clear,\nno effusion.");
  EXPECT_EQ(set->rows[1].where, "a.csv:4");
}

TEST_F(ReportSetTest, ReadsTheFolderThatReportWrote) {
  ASSERT_TRUE(write_file_atomically(
      folder_ / "out" / "s1" / "report.json",
      R"({"study_id": "s1", "findings": [{"text": "Clear."}, {"text": "No effusion."}],
          "impression": [], "provenance": {"version": "1"}})"));
  ASSERT_TRUE(write_file_atomically(folder_ / "out" / "run.json", "{}"));
  const auto set = read_report_set(folder_ / "out", {});
  ASSERT_TRUE(set) << set.error();
  ASSERT_EQ(set->rows.size(), 1u);
  EXPECT_EQ(set->rows[0].findings, "Clear. No effusion.");
  EXPECT_EQ(set->rows[0].impression, "");
  EXPECT_EQ(set->rows[0].provenance, R"({"version":"1"})");
}

TEST_F(ReportSetTest, ReadsTheWantedSplitOfAnAnnotation) {
  const std::string text =
      R"({"train": [{"id": "a", "report": "A"}], "val": [{"id": "b", "report": "B"}],
          "test": [{"id": "c", "report": "C"}]})";
  EXPECT_EQ(read("annotation.json", text)->rows[0].id, "c") << "test is the default";
  EXPECT_EQ(read("annotation.json", text, {.split = "val"})->rows[0].id, "b");
  EXPECT_THAT(error("annotation.json", text, {.split = "dev"}),
              HasSubstr("no report of the split dev; its splits are test, train, val"));
}

TEST_F(ReportSetTest, KeepsTheSplitOfLines) {
  const std::string text =
      "{\"study_id\": \"a\", \"report\": \"A\", \"split\": \"train\"}\n"
      "{\"study_id\": \"b\", \"report\": \"B\", \"split\": \"val\"}\n";
  EXPECT_EQ(read("a.jsonl", text)->rows.size(), 2u);
  EXPECT_EQ(read("a.jsonl", text, {.split = "val"})->rows[0].id, "b");
  const std::string none = "{\"study_id\": \"a\", \"report\": \"A\"}\n";
  EXPECT_THAT(error("b.jsonl", none, {.split = "val"}), HasSubstr("its splits are (none)"));
  EXPECT_TRUE(read("b.jsonl", none, {.split = "val", .whole_without_splits = true}));
}

TEST_F(ReportSetTest, ErrorsNameFileAndLine) {
  const std::string good = "{\"study_id\": \"s1\", \"report\": \"Clear.\"}\n";
  EXPECT_THAT(error("a.jsonl", good + "{\"study_id\": \"s2\", \"report\": \n"),
              HasSubstr("a.jsonl:2: not JSON: parse error at column "));
  EXPECT_THAT(error("a.jsonl", good + good), HasSubstr("a.jsonl:2: the study s1 has a report at "
                                                       "a.jsonl:1 already"));
  EXPECT_THAT(error("a.jsonl", good + "{\"study_id\": \"s2\", \"report\": \"\xff\"}\n"),
              HasSubstr("a.jsonl:2: not UTF-8"));
  EXPECT_THAT(error("a.jsonl", good + std::string(size_t{100} << 20, 'x')),
              HasSubstr("a.jsonl:2: a line of 100 MiB"));
  EXPECT_THAT(error("a.jsonl", "{\"report\": \"Clear.\"}\n"), HasSubstr("a.jsonl:1: no study_id"));
  EXPECT_THAT(error("a.jsonl", "{\"study_id\": \" \", \"report\": \"\"}"),
              HasSubstr("a.jsonl:1: the study's id is empty"));
  EXPECT_THAT(error("a.jsonl", "{\"study_id\": \"s\"}"), HasSubstr("nothing to compare"));
  EXPECT_THAT(error("a.jsonl", "{\"study_id\": \"s\", \"report\": [1]}"),
              HasSubstr("a.jsonl:1: report is array"));
  EXPECT_THAT(error("a.jsonl", "[1]"), HasSubstr("a.jsonl:1: expected an object, found array"));
  EXPECT_THAT(error("a.jsonl", ""), HasSubstr("no report in this file"));
  EXPECT_THAT(error("a.csv", "study_id,report\ns1,a,b\n"), HasSubstr("a.csv:2: 3 fields"));
  EXPECT_THAT(error("a.csv", "study_id,report\ns1,a\ns2,\xe4\n"), HasSubstr("a.csv:3: not UTF-8"));
  EXPECT_THAT(error("a.csv", "study_id,report\ns1,\"a\n"), HasSubstr("a.csv: line 2"));
  const std::string long_text(size_t{17} << 20, 'x');
  EXPECT_THAT(error("a.csv", "study_id,report\ns1,a\ns2," + long_text + "\n"),
              HasSubstr("a.csv:3: a report of 17 MiB"));
  EXPECT_THAT(error("a.json", "[{\"study_id\": \"s\", \"report\": \"" + long_text + "\"}]"),
              HasSubstr("a.json: [0]: a report of 17 MiB"));
  EXPECT_THAT(error("a.json", "{\"test\": 3}"), HasSubstr("a.json: test: expected a list"));
  EXPECT_THAT(read_report_set(folder_.path(), {}).error().message, HasSubstr("report.json"));
  EXPECT_FALSE(read_report_set(folder_ / "missing.jsonl", {}));
}

ReportRow row(const std::string& id, const std::string& findings) {
  ReportRow row;
  row.id = id;
  row.has_sections = true;
  row.findings = findings;
  return row;
}

TEST(JoinReports, NamesWhatIsNoPair) {
  const ReportSet references{"JSONL", {row("a", "A"), row("b", "B"), row("c", " "), row("d", "D")}};
  const ReportSet predictions{"JSONL", {row("x", "X"), row("d", ""), row("a", "P"), row("c", "C")}};
  const auto joined = join_reports(references, predictions, SectionChoice::kFindings);
  ASSERT_TRUE(joined) << joined.error();
  ASSERT_EQ(joined->pairs.size(), 2u);
  EXPECT_EQ(joined->pairs[0].id, "a");
  EXPECT_EQ(joined->pairs[0].prediction.joined(), "P");
  EXPECT_THAT(joined->without_prediction, ElementsAre("b"));
  EXPECT_THAT(joined->without_reference, ElementsAre("x"));
  EXPECT_THAT(joined->empty_references, ElementsAre("c"));
  EXPECT_THAT(joined->empty_predictions, ElementsAre("d"));
}

TEST(JoinReports, TheHashIsThatOfTheReferencesAlone) {
  const ReportSet references{"JSONL", {row("a", "A"), row("b", "B")}};
  const ReportSet turned{"JSONL", {row("b", "B"), row("a", "A")}};
  const ReportSet changed{"JSONL", {row("a", "A"), row("b", "C")}};
  const ReportSet few{"JSONL", {row("a", "P")}};
  const auto hash = [&](const ReportSet& set, const ReportSet& predictions) {
    return join_reports(set, predictions, SectionChoice::kFindings)->references_sha256;
  };
  EXPECT_EQ(hash(references, few), hash(turned, references));
  EXPECT_NE(hash(references, few), hash(changed, few));
}

TEST(JoinReports, WithoutAnyPairThereIsNothingToScore) {
  const auto joined = join_reports({"JSONL", {row("a", "A")}}, {"JSONL", {row("b", "B")}},
                                   SectionChoice::kFindings);
  ASSERT_FALSE(joined);
  EXPECT_THAT(joined.error().message, HasSubstr("ids begin with a there and with b"));
}

}  // namespace
}  // namespace slava
