// A batch over a few films with a fake assistant: what the tests of run_batch share.
#pragma once

#include <gtest/gtest.h>

#include <sstream>

#include "base/strings.h"
#include "pipeline/batch.h"
#include "pipeline/fakes.h"
#include "pipeline/results.h"
#include "support/temporary_folder.h"

namespace slava {

inline std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines = split(text, '\n');
  if (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

class BatchTest : public testing::Test {
 protected:
  BatchTest() {
    options_.output = folder_ / "out";
    options_.writers = writers();
    options_.stop = [] { return false; };
  }

  void add_good(const std::string& id, int level = 0) {
    write_film(folder_ / (id + ".png"), level);
    list_.studies.push_back(study_of(id, {film_at(folder_ / (id + ".png"))}));
  }
  void add_bad(const std::string& id) {
    write_truncated_film(folder_ / (id + ".png"));
    list_.studies.push_back(study_of(id, {film_at(folder_ / (id + ".png"))}));
  }
  void add_rejected(const std::string& id) {
    list_.rejected.push_back(
        {id, folder_ / (id + ".dcm"), {ErrorKind::kInput, cat(id, ".dcm: is no DICOM, alas")}});
  }

  Result<BatchSummary> try_run() {
    const Reader reader(assistant_, {.generation = generation_, .gate = gate_});
    out_.str("");
    err_.str("");
    return run_batch(reader, list_, options_, out_, err_);
  }
  BatchSummary run() {
    const auto summary = try_run();
    EXPECT_TRUE(summary) << summary.error();
    return summary.value_or(BatchSummary{});
  }

  std::filesystem::path out(const std::string& name) const { return options_.output / name; }
  // study_id -> status, in the file's order.
  std::vector<std::string> outcomes() const {
    std::vector<std::string> list;
    for (const StudyResult& row : read_results(out("results.jsonl"))) {
      list.push_back(cat(row.study_id, " ", to_string(row.status)));
    }
    return list;
  }

  TemporaryFolder folder_;
  FakeAssistant assistant_;
  GenerationOptions generation_;
  GateOptions gate_ = open_gate();
  StudyList list_;
  BatchOptions options_;
  std::ostringstream out_;
  std::ostringstream err_;
};

}  // namespace slava
