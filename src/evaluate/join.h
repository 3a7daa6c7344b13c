// References and predictions come in; pairs of one study each go out, and the names of all that is
// no pair.
#pragma once

#include <string>
#include <vector>

#include "evaluate/report_set.h"

namespace slava {

struct StudyPair {
  std::string id;
  ReportText reference;
  ReportText prediction;
};

// In the order of the references.
struct JoinedReports {
  SectionChoice section = SectionChoice::kFindings;
  std::vector<StudyPair> pairs;
  // Ids of references that no prediction has: not scored.
  std::vector<std::string> without_prediction;
  // Ids of predictions that no reference has: not scored.
  std::vector<std::string> without_reference;
  // References without text in the section: not scored.
  std::vector<std::string> empty_references;
  // Scored as empty texts: they are among the pairs.
  std::vector<std::string> empty_predictions;
  // Of all references with text, scored or not: the same for the same references.
  std::string references_sha256;
};

// kInput when no pair is left.
Result<JoinedReports> join_reports(const ReportSet& references, const ReportSet& predictions,
                                   SectionChoice section);

}  // namespace slava
