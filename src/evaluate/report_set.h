// A file or folder of reports comes in, in any of the forms below; one row a study goes out.
// A row that cannot be read is an error that names file and line, never a row that is left out.
//
//   JSONL          {"study_id", "findings", "impression"} or {"study_id", "report"}; with "split"
//   answers        upstream's {"question_id", "text", ...}, one a line
//   CSV            a header with study_id and findings, impression or report; with split
//   report folder  what `slava-cxr report --output` wrote: <study>/report.json
//   annotation     R2Gen's {"train": [...], "val": [...], "test": [{"id", "report"}]}
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "findings/findings.h"

namespace slava {

struct ReportRow {
  std::string id;
  std::string where;  // "reports.jsonl:3"
  // Sections of their own, or else the whole text alone.
  bool has_sections = false;
  std::string findings;
  std::string impression;
  std::string whole;
  std::string split;  // empty where the file tells none
  // The JSON object `provenance` of a report by this program; empty where the row has none.
  std::string provenance;
};

struct ReportSet {
  std::string form;  // "JSONL", "CSV", ...
  std::vector<ReportRow> rows;
};

struct ReadOptions {
  // Rows of this split alone; empty: all rows, and of an annotation its test split.
  std::string split;
  // A file that tells no splits is taken whole, whatever `split` says.
  bool whole_without_splits = false;
};

// kInput: no such file, text that is not UTF-8, malformed JSON or CSV, a line or a report above 16
// MiB, a row without id or text, an id that occurs twice, a split that no row has, or no row at
// all.
Result<ReportSet> read_report_set(const std::filesystem::path& path, const ReadOptions& options);

enum class SectionChoice { kFindings, kImpression, kBoth };
std::string_view name_of(SectionChoice choice);
std::optional<SectionChoice> section_choice_of(std::string_view name);

// The chosen part of a report, in pieces that know their section.
struct ReportText {
  std::vector<std::pair<ReportSection, std::string>> parts;

  // All of it, with a space between the parts.
  std::string joined() const;
  // Nothing but white space.
  bool empty() const;
};

// A row without sections gives its whole text, whatever is chosen.
ReportText text_of(const ReportRow& row, SectionChoice choice);

}  // namespace slava
