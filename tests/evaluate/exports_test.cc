// What the files for RadEval and ReXrank hold, read back the way their own scripts read them.
#include "evaluate/exports.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "base/csv.h"
#include "base/file.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using nlohmann::json;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kStarter =
    R"({"checkpoint":{"name":"starter","sha256":"aa"},"decoding":{"strategy":"greedy"},)"
    R"("preprocessing":{"profile":"raw"}})";

ReportRow row(const std::string& id, const std::string& findings, const std::string& impression,
              const std::string& provenance = "") {
  ReportRow row;
  row.id = id;
  row.has_sections = true;
  row.findings = findings;
  row.impression = impression;
  row.provenance = provenance;
  return row;
}

ReportRow whole(const std::string& id, const std::string& text) {
  ReportRow row;
  row.id = id;
  row.whole = text;
  return row;
}

class Exports : public testing::Test {
 protected:
  void SetUp() override {
    references_.rows = {row("a", "Clear lungs.", "Normal."), row("b", "Size 1,5 cm \"x\".", ""),
                        row("c", "", "No text in the section that is scored.")};
    predictions_.rows = {row("b", "Nodule.", "See findings.", kStarter),
                         row("a", "Clear.\nNo effusion.", "", kStarter)};
  }

  std::string write(ExportFiles files) {
    auto joined = join_reports(references_, predictions_, SectionChoice::kFindings);
    EXPECT_TRUE(joined) << joined.error();
    auto warning = write_exports(files, references_, predictions_, *joined);
    EXPECT_TRUE(warning) << warning.error();
    return warning.value_or("");
  }

  std::string read(const std::string& name) {
    const auto text = read_file(folder_ / name);
    EXPECT_TRUE(text) << text.error();
    return text.value_or("");
  }

  ReportSet references_{"JSONL", {}};
  ReportSet predictions_{"JSONL", {}};
  TemporaryFolder folder_;
};

TEST_F(Exports, RadEvalLinesHoldReferenceAndHypothesisInTheOrderOfTheReferences) {
  EXPECT_EQ(write({.radeval = folder_ / "pairs.jsonl", .rexrank = {}}), "");
  const std::string text = read("pairs.jsonl");
  const size_t end = text.find('\n');
  EXPECT_EQ(json::parse(text.substr(0, end)),
            json({{"study_id", "a"}, {"ref", "Clear lungs."}, {"hyp", "Clear.\nNo effusion."}}));
  EXPECT_EQ(json::parse(text.substr(end + 1)),
            json({{"study_id", "b"}, {"ref", "Size 1,5 cm \"x\"."}, {"hyp", "Nodule."}}));
}

TEST_F(Exports, RadEvalListsAreParallel) {
  write({.radeval = folder_ / "pairs.json", .rexrank = {}});
  const json lists = json::parse(read("pairs.json"));
  EXPECT_EQ(lists["study_ids"], json({"a", "b"}));
  EXPECT_EQ(lists["references"], json({"Clear lungs.", "Size 1,5 cm \"x\"."}));
  EXPECT_EQ(lists["hypotheses"], json({"Clear.\nNo effusion.", "Nodule."}));
}

TEST_F(Exports, RadEvalTablesQuoteCommasQuotesAndLineBreaks) {
  write({.radeval = folder_ / "pairs.CSV", .rexrank = {}});
  const auto rows = parse_csv(read("pairs.CSV"));
  ASSERT_TRUE(rows) << rows.error();
  ASSERT_EQ(rows->size(), 3u);
  EXPECT_THAT((*rows)[0].fields, ElementsAre("study_id", "reference", "hypothesis"));
  EXPECT_THAT((*rows)[1].fields, ElementsAre("a", "Clear lungs.", "Clear.\nNo effusion."));
  EXPECT_THAT((*rows)[2].fields, ElementsAre("b", "Size 1,5 cm \"x\".", "Nodule."));
}

TEST_F(Exports, ReXrankGetsBothSectionsWhicheverAreScored) {
  write({.radeval = {}, .rexrank = folder_ / "rexrank.json"});
  const json studies = json::parse(read("rexrank.json"));
  EXPECT_EQ(studies.size(), 2u) << "only study ids may stand at the top";
  EXPECT_EQ(studies["a"], json({{"model_prediction", "Findings: Clear.\nNo effusion."},
                                {"section_findings", "Clear lungs."},
                                {"section_impression", "Normal."}}));
  EXPECT_EQ(studies["b"]["model_prediction"], "Findings: Nodule. Impression: See findings.");
  EXPECT_EQ(studies["b"]["section_impression"], "");
}

TEST_F(Exports, TextsWithoutSectionsStayWhole) {
  references_.rows = {whole("a", "The reference.")};
  predictions_.rows = {whole("a", "The prediction.")};
  const std::string warning =
      write({.radeval = folder_ / "pairs.jsonl", .rexrank = folder_ / "rexrank.json"});
  const json studies = json::parse(read("rexrank.json"));
  EXPECT_EQ(studies["a"]["model_prediction"], "The prediction.");
  EXPECT_EQ(studies["a"]["section_findings"], "The reference.");
  EXPECT_THAT(warning, HasSubstr("1 of the exported predictions do not tell which model"));
}

TEST_F(Exports, BesideEachFileStandsWhoWroteThePredictions) {
  predictions_.rows.push_back(row("d", "D", "", R"({"checkpoint":{"name":"other"}})"));
  references_.rows.push_back(row("d", "D", ""));
  predictions_.rows.push_back(row("e", "E", ""));
  references_.rows.push_back(row("e", "E", ""));
  EXPECT_THAT(write({.radeval = folder_ / "p.csv", .rexrank = folder_ / "r.json"}),
              HasSubstr("warning: 1 of"));
  for (const char* name : {"p.csv", "r.json"}) {
    const json beside = json::parse(read(std::string(name) + ".provenance.json"));
    EXPECT_EQ(beside["file"], name);
    EXPECT_EQ(beside["studies"], 4);
    EXPECT_EQ(beside["predictions_by"][0]["studies"], 2);
    EXPECT_EQ(beside["predictions_by"][0]["provenance"], json::parse(kStarter));
    EXPECT_EQ(beside["predictions_by"][1]["provenance"]["checkpoint"]["name"], "other");
    EXPECT_EQ(beside["predictions_by_unknown"], 1);
    EXPECT_THAT(beside["draft"].get<std::string>(), HasSubstr("AI-GENERATED DRAFT"));
  }
  EXPECT_EQ(json::parse(read("p.csv.provenance.json"))["section"], "findings");
  EXPECT_EQ(json::parse(read("r.json.provenance.json"))["section"], "both");
}

TEST_F(Exports, OtherSuffixesAreRefused) {
  EXPECT_TRUE(check_export_files({}));
  EXPECT_TRUE(check_export_files({.radeval = "x.jsonl", .rexrank = "y.JSON"}));
  const auto radeval = check_export_files({.radeval = "x.txt", .rexrank = {}});
  EXPECT_EQ(radeval.error().kind, ErrorKind::kUsage);
  EXPECT_THAT(radeval.error().message, AllOf(HasSubstr("x.txt"), HasSubstr(".jsonl, .json")));
  const auto rexrank = check_export_files({.radeval = {}, .rexrank = "y.csv"});
  EXPECT_THAT(rexrank.error().message, HasSubstr("--export-rexrank y.csv"));
}

TEST_F(Exports, AFolderThatCannotBeWrittenIsAnError) {
  ASSERT_TRUE(write_file_atomically(folder_ / "file", "x"));
  const auto joined = join_reports(references_, predictions_, SectionChoice::kFindings);
  const auto written = write_exports({.radeval = folder_ / "file" / "p.csv", .rexrank = {}},
                                     references_, predictions_, *joined);
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::kOutput);
}

}  // namespace
}  // namespace slava
