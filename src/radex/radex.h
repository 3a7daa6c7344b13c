// RADEX: files of cases or reports come in; a folder with a training corpus and the record of its
// making goes out. Steps, each a file of this folder: licence, film, privacy, radiograph, facts,
// tasks, rewrite, quality.
//
// The folder appears whole or not at all: until the end all is written to "OUTPUT.partial".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/exit_code.h"
#include "base/result.h"
#include "radex/rewrite.h"

namespace slava::radex {

struct RadexRequest {
  std::vector<std::string> cases;  // files, see read_cases.h
  std::string image_root;          // empty: the folder of each file
  std::string output;
  uint64_t seed = 1;
  size_t per_task = 3;
  // For rows that name none.
  std::string licence;
  std::string source;
  std::string split;
  std::vector<std::string> allow_licence;  // empty: every licence that is known
  std::string llm;                         // empty: the grammar's wording stays
  std::string llm_model = "default";
  std::string llm_key;  // never written or logged
  int llm_timeout_s = 60;
  bool keep_cleaned = false;  // write what the privacy step left of the texts
  bool force = false;         // replace an earlier corpus in the output folder
  bool resume = false;        // go on with the rewritings of an interrupted run
};

struct RadexOutcome {
  std::string out;  // the summary
  ExitCode code = ExitCode::kOk;
};

// kUsage: a folder that is in use, no output; kInput: files that cannot be read, licences that
// cannot be combined, no sample left; kOutput; kInterrupted.
Result<RadexOutcome> run_radex(const RadexRequest& request);

}  // namespace slava::radex
