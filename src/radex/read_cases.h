// A file of cases or reports comes in; one Case a film goes out. A row that cannot be read is an
// error that names file and line, never a row that is left out.
//
//   cases, JSONL or CSV    description and image (or film); case_id, view, finding, sex, age,
//                          license (or licence), source (or doi), patient, day_offset
//   reports, JSONL or CSV  study_id, findings and impression (or report); image with view, or
//                          images [{"file", "view"}]; split. Each film is a case.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.h"
#include "radex/case.h"

namespace slava::radex {

struct ReadCasesOptions {
  // Relative image paths start here; empty: at the folder of the file.
  std::filesystem::path image_root{};
  // For rows that tell none.
  std::string licence{};
  std::string source{};
  // Rows of this split alone; empty: all.
  std::string split{};
};

// kInput: no such file, text that is not UTF-8, malformed JSON or CSV, a row without image or text,
// a case id that occurs twice, a split that no row has, a row without licence or source when the
// options have none, or no row at all.
Result<std::vector<Case>> read_cases(const std::filesystem::path& file,
                                     const ReadCasesOptions& options);

}  // namespace slava::radex
