// Agreement with labels that others read off the indexing terms of 2,747 real reports; prints the
// table of agreement.md. Where Pneumonia and Edema differ, disagreements.csv says why, study by
// study: it must list exactly the studies that differ.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "base/csv.h"
#include "base/file.h"
#include "base/strings.h"
#include "findings/findings.h"
#include "support/shared_data.h"

namespace slava {
namespace {

std::filesystem::path studies_file() { return shared_data() / "iu-xray/studies.jsonl"; }

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
  void add(const Counts& other) {
    hits += other.hits;
    wrong += other.wrong;
    missed += other.missed;
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
// The labels and, last, the micro average of the five.
using Table = std::array<Counts, kRows.size() + 1>;

struct StudyLabels {
  std::string id;
  bool is_val = false;
  std::array<bool, kRows.size()> found{};
  std::array<bool, kRows.size()> expected{};
};

Table table_of(const std::vector<const StudyLabels*>& studies) {
  Table table;
  for (const StudyLabels* study : studies) {
    for (size_t i = 0; i < kRows.size(); ++i) table[i].count(study->found[i], study->expected[i]);
  }
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].main) table.back().add(table[i]);
  }
  return table;
}

// 2.5% and 97.5% of F1 over 500 resamples of the studies, by row of the table.
std::vector<std::pair<double, double>> intervals(const std::vector<const StudyLabels*>& studies) {
  constexpr size_t kResamples = 500;
  std::mt19937 random(1);
  std::array<std::vector<double>, kRows.size() + 1> values;
  for (size_t n = 0; n < kResamples; ++n) {
    std::vector<const StudyLabels*> sample;
    for (size_t i = 0; i < studies.size(); ++i)
      sample.push_back(studies[random() % studies.size()]);
    const Table table = table_of(sample);
    for (size_t i = 0; i < table.size(); ++i) values[i].push_back(table[i].f1());
  }
  std::vector<std::pair<double, double>> result;
  for (auto& row : values) {
    std::sort(row.begin(), row.end());
    result.emplace_back(row[kResamples * 25 / 1000], row[kResamples * 975 / 1000 - 1]);
  }
  return result;
}

void print_table(const std::string& title, const std::vector<const StudyLabels*>& studies) {
  const Table table = table_of(studies);
  const auto spans = intervals(studies);
  std::printf(
      "%s, %zu studies; uncertain counts as negative\n%-14s %9s %7s %7s %16s  %5s %5s %5s\n",
      title.c_str(), studies.size(), "", "precision", "recall", "F1", "95% interval", "hit",
      "wrong", "miss");
  for (size_t i = 0; i < table.size(); ++i) {
    std::printf("%-14s %9.3f %7.3f %7.3f   %.3f to %.3f  %5d %5d %5d\n",
                i < kRows.size() ? kRows[i].name : "micro of five", table[i].precision(),
                table[i].recall(), table[i].f1(), spans[i].first, spans[i].second, table[i].hits,
                table[i].wrong, table[i].missed);
  }
}

class Agreement : public testing::Test {
 protected:
  void SetUp() override {
    std::ifstream file(studies_file());
    if (!file) GTEST_SKIP() << "no " << studies_file() << "; set SLAVA_SHARED_DATA to its folder";
    for (std::string line; std::getline(file, line);) read(nlohmann::json::parse(line));
    ASSERT_EQ(studies_.size(), 2747u);
  }

  // Studies with findings alone.
  void read(const nlohmann::json& study) {
    const auto text = study["findings"].get<std::string>();
    if (trim(text).empty()) return;
    const auto begin = std::clock();
    auto findings = extract_findings(text, ReportSection::kFindings);
    const auto more =
        extract_findings(study["impression"].get<std::string>(), ReportSection::kImpression);
    findings.insert(findings.end(), more.begin(), more.end());
    const auto labels = chexpert_labels(findings);
    seconds_ += static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
    StudyLabels row{study["study_id"], study["split"] == "val", {}, {}};
    for (size_t i = 0; i < kRows.size(); ++i) {
      row.found[i] = labels[static_cast<size_t>(kRows[i].label)] == LabelState::kPositive;
      row.expected[i] = study["labels"][kRows[i].name] == 1;
    }
    studies_.push_back(std::move(row));
  }

  std::vector<StudyLabels> studies_;
  double seconds_ = 0;
};

TEST_F(Agreement, WithTheIndexingTermsIsAtLeast090OverTheFive) {
  std::map<std::string, std::vector<const StudyLabels*>> splits;
  for (const StudyLabels& study : studies_) {
    splits["all"].push_back(&study);
    splits[study.is_val ? "val" : "train and extra"].push_back(&study);
  }
  for (const auto& [name, studies] : splits) {
    print_table(name, studies);
    EXPECT_GE(table_of(studies).back().f1(), 0.90) << name;
  }
  std::printf("%zu reports in %.2f s of processor time\n", studies_.size(), seconds_);
}

TEST_F(Agreement, EveryDisagreementOverPneumoniaAndEdemaIsExplained) {
  const auto text =
      read_file(std::filesystem::path(SLAVA_SOURCE_DIR) / "tests/findings/disagreements.csv");
  ASSERT_TRUE(text) << text.error();
  const auto rows = parse_csv(*text);
  ASSERT_TRUE(rows) << rows.error();
  std::set<std::string> explained;
  for (size_t i = 1; i < rows->size(); ++i) {
    const std::vector<std::string>& fields = (*rows)[i].fields;
    ASSERT_EQ(fields.size(), 4u) << "line " << (*rows)[i].line;
    EXPECT_FALSE(fields[3].empty()) << "line " << (*rows)[i].line;
    EXPECT_TRUE(explained.insert(cat(fields[0], ' ', fields[1], ' ', fields[2])).second)
        << "line " << (*rows)[i].line << " stands twice";
  }
  std::set<std::string> differing;
  for (const StudyLabels& study : studies_) {
    for (size_t i = 0; i < kRows.size(); ++i) {
      const bool wanted = kRows[i].label == Label::kPneumonia || kRows[i].label == Label::kEdema;
      if (!wanted || study.found[i] == study.expected[i]) continue;
      differing.insert(cat(kRows[i].name, ' ', study.id, study.found[i] ? " more" : " fewer"));
    }
  }
  EXPECT_THAT(differing, testing::ElementsAreArray(explained));
}

}  // namespace
}  // namespace slava
