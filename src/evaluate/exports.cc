#include "evaluate/exports.h"

#include <map>
#include <nlohmann/json.hpp>
#include <unordered_map>

#include "base/csv.h"
#include "base/file.h"
#include "base/strings.h"
#include "base/version.h"
#include "report/report.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;
using RowsById = std::unordered_map<std::string, const ReportRow*>;

RowsById rows_by_id(const ReportSet& set) {
  RowsById rows;
  for (const ReportRow& row : set.rows) rows[row.id] = &row;
  return rows;
}

std::string suffix_of(const fs::path& path) { return to_lower(path.extension().string()); }

std::string radeval_lines(const JoinedReports& joined) {
  std::string text;
  for (const StudyPair& pair : joined.pairs) {
    const Json row = {
        {"study_id", pair.id}, {"ref", pair.reference.joined()}, {"hyp", pair.prediction.joined()}};
    text += row.dump() + "\n";
  }
  return text;
}

std::string radeval_lists(const JoinedReports& joined) {
  Json document = {
      {"study_ids", Json::array()}, {"references", Json::array()}, {"hypotheses", Json::array()}};
  for (const StudyPair& pair : joined.pairs) {
    document["study_ids"].push_back(pair.id);
    document["references"].push_back(pair.reference.joined());
    document["hypotheses"].push_back(pair.prediction.joined());
  }
  return document.dump(1) + "\n";
}

std::string radeval_csv(const JoinedReports& joined) {
  std::string text = "study_id,reference,hypothesis\n";
  for (const StudyPair& pair : joined.pairs) {
    text += cat(csv_field(pair.id), ',', csv_field(pair.reference.joined()), ',',
                csv_field(pair.prediction.joined()), '\n');
  }
  return text;
}

// Both sections under the headings that ReXrank puts before those of the references.
std::string rexrank_prediction(const ReportRow& row) {
  if (!row.has_sections) return row.whole;
  std::string text;
  for (const auto& [heading, section] :
       {std::pair("Findings: ", &row.findings), std::pair("Impression: ", &row.impression)}) {
    if (trim(*section).empty()) continue;
    text += cat(text.empty() ? "" : " ", heading, *section);
  }
  return text;
}

std::string rexrank_object(const RowsById& references, const RowsById& predictions,
                           const JoinedReports& joined) {
  Json document = Json::object();
  for (const StudyPair& pair : joined.pairs) {
    const ReportRow& reference = *references.at(pair.id);
    document[pair.id] = {
        {"model_prediction", rexrank_prediction(*predictions.at(pair.id))},
        {"section_findings", reference.has_sections ? reference.findings : reference.whole},
        {"section_impression", reference.impression}};
  }
  return document.dump(1) + "\n";
}

struct Authors {
  // Each different provenance, with its number of studies, in the order of first sight.
  Json list = Json::array();
  size_t unknown = 0;
};

Authors authors_of(const RowsById& predictions, const JoinedReports& joined) {
  std::map<std::string, size_t> counts;
  std::vector<std::string> order;
  Authors authors;
  for (const StudyPair& pair : joined.pairs) {
    const std::string& provenance = predictions.at(pair.id)->provenance;
    if (provenance.empty()) {
      ++authors.unknown;
    } else if (counts[provenance]++ == 0) {
      order.push_back(provenance);
    }
  }
  for (const std::string& provenance : order) {
    authors.list.push_back(
        {{"studies", counts[provenance]}, {"provenance", Json::parse(provenance)}});
  }
  return authors;
}

Status write_with_provenance(const fs::path& path, const std::string& text, const std::string& form,
                             const Json& section, const Authors& authors,
                             const JoinedReports& joined) {
  SLAVA_TRY_STATUS(write_file_atomically(path, text));
  const Json beside = {{"schema", "slava-cxr-export/1"},
                       {"draft", kDraftBanner},
                       {"file", path.filename().string()},
                       {"form", form},
                       {"studies", joined.pairs.size()},
                       {"section", section},
                       {"references_sha256", joined.references_sha256},
                       {"exported_by", cat("slava-cxr ", program_version())},
                       {"predictions_by", authors.list},
                       {"predictions_by_unknown", authors.unknown}};
  return write_file_atomically(path.string() + ".provenance.json", beside.dump(1) + "\n");
}

}  // namespace

Status check_export_files(const ExportFiles& files) {
  const std::string radeval = suffix_of(files.radeval);
  if (!files.radeval.empty() && radeval != ".jsonl" && radeval != ".json" && radeval != ".csv") {
    return fail(ErrorKind::kUsage, cat("--export-radeval ", files.radeval.string(),
                                       ": expected a name that ends in .jsonl, .json or .csv"));
  }
  if (!files.rexrank.empty() && suffix_of(files.rexrank) != ".json") {
    return fail(ErrorKind::kUsage, cat("--export-rexrank ", files.rexrank.string(),
                                       ": expected a name that ends in .json"));
  }
  return {};
}

Result<std::string> write_exports(const ExportFiles& files, const ReportSet& references,
                                  const ReportSet& predictions, const JoinedReports& joined) {
  if (files.radeval.empty() && files.rexrank.empty()) return std::string();
  const RowsById predicted = rows_by_id(predictions);
  const Authors authors = authors_of(predicted, joined);
  if (!files.radeval.empty()) {
    const std::string suffix = suffix_of(files.radeval);
    const std::string text = suffix == ".csv"    ? radeval_csv(joined)
                             : suffix == ".json" ? radeval_lists(joined)
                                                 : radeval_lines(joined);
    SLAVA_TRY_STATUS(write_with_provenance(files.radeval, text, "RadEval", name_of(joined.section),
                                           authors, joined));
  }
  if (!files.rexrank.empty()) {
    SLAVA_TRY_STATUS(write_with_provenance(
        files.rexrank, rexrank_object(rows_by_id(references), predicted, joined), "ReXrank", "both",
        authors, joined));
  }
  if (authors.unknown == 0) return std::string();
  return cat("warning: ", authors.unknown,
             " of the exported predictions do not tell which model wrote them; the folder that "
             "slava-cxr report --output wrote does\n");
}

}  // namespace slava
