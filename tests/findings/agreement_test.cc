// Agreement with labels that others read off the indexing terms of 2,747 real reports; prints the
// table. The labels are noisy: "Cardiac Shadow/enlarged" is no Cardiomegaly to them, and Edema
// leaves out congestion and heart failure, which the CheXpert scheme counts.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "findings/findings.h"

namespace slava {
namespace {

std::filesystem::path studies_file() {
  const char* folder = std::getenv("SLAVA_SHARED_DATA");
  const std::filesystem::path data =
      folder != nullptr ? std::filesystem::path(folder)
                        : std::filesystem::path(SLAVA_SOURCE_DIR) / "../shared/data";
  return data / "iu-xray/studies.jsonl";
}

struct Counts {
  int hits = 0, wrong = 0, missed = 0;
  double precision() const { return hits / std::max(1.0, double(hits) + wrong); }
  double recall() const { return hits / std::max(1.0, double(hits) + missed); }
  double f1() const { return 2.0 * hits / std::max(1.0, 2.0 * hits + wrong + missed); }
  void count(bool found, bool expected) {
    hits += found && expected ? 1 : 0;
    wrong += found && !expected ? 1 : 0;
    missed += !found && expected ? 1 : 0;
  }
};

struct Row {
  const char* name;  // in the data
  Label label;
  bool main;  // one of the five that the micro average is over
};
constexpr std::array<Row, 8> kRows = {{{"Atelectasis", Label::kAtelectasis, true},
                                       {"Cardiomegaly", Label::kCardiomegaly, true},
                                       {"Effusion", Label::kPleuralEffusion, true},
                                       {"Consolidation", Label::kConsolidation, true},
                                       {"Pneumothorax", Label::kPneumothorax, true},
                                       {"Pneumonia", Label::kPneumonia, false},
                                       {"Edema", Label::kEdema, false},
                                       {"normal", Label::kNoFinding, false}}};

void print_row(const std::string& name, const Counts& counts) {
  std::printf("%-14s %9.3f %7.3f %7.3f   %5d %5d %5d\n", name.c_str(), counts.precision(),
              counts.recall(), counts.f1(), counts.hits, counts.wrong, counts.missed);
}

TEST(Agreement, WithTheIndexingTermsIsAtLeast090OverTheFive) {
  std::ifstream file(studies_file());
  if (!file) GTEST_SKIP() << "no " << studies_file() << "; set SLAVA_SHARED_DATA to its folder";
  std::map<std::string, std::array<Counts, kRows.size()>> splits;
  int studies = 0;
  double seconds = 0;
  for (std::string line; std::getline(file, line);) {
    const auto study = nlohmann::json::parse(line);
    const auto findings_text = study["findings"].get<std::string>();
    if (findings_text.find_first_not_of(" \n") == std::string::npos) continue;
    ++studies;
    const auto begin = std::clock();
    auto findings = extract_findings(findings_text, ReportSection::kFindings);
    const auto more =
        extract_findings(study["impression"].get<std::string>(), ReportSection::kImpression);
    findings.insert(findings.end(), more.begin(), more.end());
    const auto labels = chexpert_labels(findings);
    seconds += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    const std::string split = study["split"] == "val" ? "val" : "train and extra";
    for (size_t i = 0; i < kRows.size(); ++i) {
      const bool found = labels[static_cast<size_t>(kRows[i].label)] == LabelState::kPositive;
      const bool expected = study["labels"][kRows[i].name] == 1;
      splits[split][i].count(found, expected);
      splits["all"][i].count(found, expected);
    }
  }
  ASSERT_EQ(studies, 2747);
  for (const auto& [split, rows] : splits) {
    std::printf("%s; uncertain counts as negative\n%-14s %9s %7s %7s   %5s %5s %5s\n",
                split.c_str(), "", "precision", "recall", "F1", "hit", "wrong", "miss");
    Counts micro;
    for (size_t i = 0; i < kRows.size(); ++i) {
      print_row(kRows[i].name, rows[i]);
      if (!kRows[i].main) continue;
      micro.hits += rows[i].hits;
      micro.wrong += rows[i].wrong;
      micro.missed += rows[i].missed;
    }
    print_row("micro of five", micro);
    EXPECT_GE(micro.f1(), 0.90) << split;
  }
  std::printf("%d reports in %.2f s of processor time\n", studies, seconds);
  EXPECT_LT(seconds, 30.0) << "thousands of reports a second are expected of an optimised build";
}

}  // namespace
}  // namespace slava
