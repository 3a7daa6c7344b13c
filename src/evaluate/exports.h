// Scored reports come in; files that other scorers read go out, with who wrote the reports beside
// them. Never here: another scorer's metrics.
//
//   RadEval   FILE.jsonl  {"study_id", "ref", "hyp"} a line
//             FILE.json   {"study_ids": [...], "references": [...], "hypotheses": [...]}
//             FILE.csv    study_id,reference,hypothesis
//   ReXrank   FILE.json   {"<study_id>": {"model_prediction", "section_findings",
//                         "section_impression"}}: both sections, whichever are scored
//   beside    FILE.provenance.json: model version, preprocessing and decoding of the predictions
#pragma once

#include <filesystem>
#include <string>

#include "base/result.h"
#include "evaluate/join.h"
#include "evaluate/report_set.h"

namespace slava {

struct ExportFiles {
  // Empty: not wanted.
  std::filesystem::path radeval;
  std::filesystem::path rexrank;
};

// kUsage when a file's suffix is none of the above.
Status check_export_files(const ExportFiles& files);

// Writes the studies that are scored, in their order. The sets are those that were joined. Returns
// a warning for stderr when predictions do not tell who wrote them, else an empty text. kOutput.
Result<std::string> write_exports(const ExportFiles& files, const ReportSet& references,
                                  const ReportSet& predictions, const JoinedReports& joined);

}  // namespace slava
