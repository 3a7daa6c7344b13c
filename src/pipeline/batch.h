// Studies in, a folder of reports and the list of their outcome out; or, without a folder, reports
// on the output stream. A study that cannot be read fails alone, and one that the gate refuses is
// done without a report. Never here: parsing of flags,
// loading of models.
//
// With an output folder DIR (shard i of n: results-i-of-n, run-i-of-n):
//   DIR/<study_id>/report.{txt,json,html}  each written atomically, mode 0640
//   DIR/<study_id>/record.json             written last: the study's reports are complete, or the
//                                          study is refused, for the reasons that stand there
//   DIR/results.csv, DIR/results.jsonl     a row a study, appended as it ends
//   DIR/run.json                           every resolved setting, and the counts at the end
#pragma once

#include <filesystem>
#include <functional>
#include <iosfwd>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "base/interrupt.h"
#include "base/result.h"
#include "pipeline/reader.h"
#include "pipeline/work_list.h"
#include "study/find_studies.h"
#include "writers/writer.h"

namespace slava {

enum class ExistingResults {
  kRefuse,     // an output folder with anything in it is a usage error
  kOverwrite,  // --force: every study is done again
  kResume,     // --resume: studies with complete reports of the same settings are kept
};

enum class LineFormat { kText, kJson };

struct BatchOptions {
  std::filesystem::path output;  // empty: reports go to the output stream
  ExistingResults existing = ExistingResults::kRefuse;
  // Formats of the files; without an output folder the first one is printed.
  std::vector<Writer> writers;
  WriterOptions writer_options;
  // The line of each study; without an output folder kJson makes each report one line.
  LineFormat lines = LineFormat::kText;
  Shard shard;
  size_t max_studies = 0;    // at most so many are read in this run, kept ones apart; 0: all
  bool only_failed = false;  // with kResume: only those that the results list as failed
  // What run.json says of the flags; the checkpoint and the versions are added.
  nlohmann::ordered_json settings;
  // Asked before each study: true ends the run after the studies in hand (AssistantInfo::batch).
  std::function<bool()> stop = interrupted;
};

struct BatchSummary {
  size_t ok = 0;        // reports made by this run
  size_t kept = 0;      // reports that were there already
  size_t refused = 0;   // studies that the gate kept from the model, now or in an earlier run
  size_t failed = 0;    // studies that could not be read
  size_t not_done = 0;  // left out by --max-studies, --only-failed or an interrupt
  bool interrupted = false;
  size_t new_tokens = 0;  // written by the decoder
  size_t steps = 0;       // in so many passes; one text's, those of a batch count for each

  ExitCode exit_code() const;
};

// kUsage when the folder's present content and `options.existing` do not go together. Reads and
// writes nothing else: to be called before any work.
Status check_output(const BatchOptions& options);

// Does the studies one after the other. Lines on `out`; on `err` the failures of a run without
// output folder and the closing summary. An error is one that ends the run: results that cannot
// be written (kOutput), a template that cannot be read (kInput), see check_output (kUsage).
Result<BatchSummary> run_batch(const Reader& reader, const StudyList& list,
                               const BatchOptions& options, std::ostream& out, std::ostream& err);

}  // namespace slava
