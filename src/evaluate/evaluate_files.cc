#include "evaluate/evaluate_files.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <unordered_map>
#include <unordered_set>

#include "base/file.h"
#include "base/strings.h"
#include "evaluate/evaluation.h"
#include "evaluate/evaluation_html.h"
#include "evaluate/evaluation_json.h"
#include "evaluate/evaluation_table.h"
#include "evaluate/exports.h"
#include "evaluate/gate.h"
#include "evaluate/junit.h"

namespace slava {
namespace {

using Json = nlohmann::ordered_json;

ExportFiles exports_of(const EvaluateRequest& request) {
  return {request.export_radeval, request.export_rexrank};
}

Status check_flags(const EvaluateRequest& request) {
  if (request.references.empty() || request.predictions.empty()) {
    return fail(ErrorKind::kUsage,
                "evaluate needs --references and --predictions, each a file or folder of reports");
  }
  for (const auto& [flag, value] :
       {std::pair("--tolerance", &request.tolerance), std::pair("--junit", &request.junit)}) {
    if (!value->empty() && request.baseline.empty()) {
      return fail(ErrorKind::kUsage, cat(flag, " needs --baseline"));
    }
  }
  return check_export_files(exports_of(request));
}

struct Training {
  std::vector<std::string> texts;
  std::string warning;
};

Result<Training> read_training(const EvaluateRequest& request, const ReportSet& references,
                               SectionChoice section) {
  Training training;
  if (request.train_split.empty()) return training;
  SLAVA_TRY(const ReportSet set,
            read_report_set(request.train_split, {.split = "train", .whole_without_splits = true}));
  std::unordered_set<std::string> ids;
  for (const ReportRow& row : references.rows) ids.insert(row.id);
  size_t in_both = 0;
  for (const ReportRow& row : set.rows) {
    const ReportText text = text_of(row, section);
    if (text.empty()) continue;
    training.texts.push_back(text.joined());
    if (ids.contains(row.id)) ++in_both;
  }
  if (training.texts.empty()) {
    return fail(ErrorKind::kInput,
                cat(request.train_split, ": no training report has ", name_of(section)));
  }
  if (in_both > 0) {
    training.warning = cat("warning: ", in_both,
                           " of the training reports are among the references too; the best "
                           "constant is chosen with knowledge of the answers\n");
  }
  return training;
}

// Another system's texts by pair. It must have read every study, or the comparison is of two sets.
Result<std::vector<ReportText>> read_other(const EvaluateRequest& request,
                                           const JoinedReports& joined) {
  std::vector<ReportText> texts;
  if (request.compare_with.empty()) return texts;
  SLAVA_TRY(const ReportSet set,
            read_report_set(request.compare_with,
                            {.split = request.split, .whole_without_splits = true}));
  std::unordered_map<std::string, const ReportRow*> rows;
  for (const ReportRow& row : set.rows) rows[row.id] = &row;
  size_t missing = 0;
  std::string first;
  for (const StudyPair& pair : joined.pairs) {
    const auto found = rows.find(pair.id);
    if (found != rows.end()) {
      texts.push_back(text_of(*found->second, joined.section));
    } else if (missing++ == 0) {
      first = pair.id;
    }
  }
  if (missing > 0) {
    return fail(ErrorKind::kInput, cat(request.compare_with, ": no report of ", missing,
                                       " studies that are scored, the first is ", first));
  }
  return texts;
}

struct Blanked {
  std::vector<ReportText> texts;
  std::string about;
  std::string warning;
};

// The checkpoint that a row's provenance names; empty where it names none.
std::string checkpoint_of(const ReportRow& row) {
  const Json provenance = Json::parse(row.provenance, nullptr, /*allow_exceptions=*/false);
  if (!provenance.is_object() || !provenance.contains("checkpoint")) return {};
  const Json& checkpoint = provenance["checkpoint"];
  if (!checkpoint.is_object() || !checkpoint.contains("sha256")) return {};
  const Json& sha256 = checkpoint["sha256"];
  return sha256.is_string() ? sha256.get<std::string>() : std::string();
}

Result<Blanked> read_blanked(const EvaluateRequest& request, const ReportSet& predictions,
                             const JoinedReports& joined) {
  Blanked blanked;
  if (!request.read_blanked) return blanked;
  std::vector<std::string> ids;
  for (const StudyPair& pair : joined.pairs) ids.push_back(pair.id);
  SLAVA_TRY(const BlankedReports reports, request.read_blanked(ids));
  for (const ReportRow& row : reports.rows) blanked.texts.push_back(text_of(row, joined.section));
  blanked.about = reports.about;
  for (const ReportRow& row : predictions.rows) {
    const std::string checkpoint = checkpoint_of(row);
    if (checkpoint.empty() || checkpoint == reports.checkpoint_sha256) continue;
    blanked.warning = cat("warning: the prediction of ", row.id,
                          " was written by another checkpoint than the one that reads the blanked "
                          "films; that control says nothing of the predictions\n");
    break;
  }
  return blanked;
}

Result<std::optional<GateVerdict>> run_gate(const EvaluateRequest& request,
                                            const Evaluation& evaluation) {
  if (request.baseline.empty()) return std::optional<GateVerdict>();
  Tolerances tolerances = Tolerances::defaults();
  if (!request.tolerance.empty()) {
    SLAVA_TRY(const std::string text, read_file(request.tolerance));
    SLAVA_TRY(tolerances, Tolerances::with_overrides(text, request.tolerance));
  }
  SLAVA_TRY(const std::string baseline, read_file(request.baseline));
  SLAVA_TRY(GateVerdict verdict,
            compare_with_baseline(evaluation, baseline, request.baseline, tolerances));
  return std::optional(std::move(verdict));
}

}  // namespace

Result<EvaluateOutcome> evaluate_files(const EvaluateRequest& request) {
  SLAVA_TRY_STATUS(check_flags(request));
  const auto section = section_choice_of(request.section);
  if (!section) {
    return fail(ErrorKind::kUsage,
                cat("--section ", request.section, ": expected findings, impression or both"));
  }
  const auto protocol = protocol_of(request.protocol);
  if (!protocol) {
    return fail(ErrorKind::kUsage, cat("--protocol ", request.protocol,
                                       ": expected plain, r2gen, r2gen-mimic or verbatim"));
  }
  SLAVA_TRY(const ReportSet references,
            read_report_set(request.references, {.split = request.split}));
  SLAVA_TRY(
      const ReportSet predictions,
      read_report_set(request.predictions, {.split = request.split, .whole_without_splits = true}));
  SLAVA_TRY(Training training, read_training(request, references, *section));
  SLAVA_TRY(JoinedReports joined, join_reports(references, predictions, *section));
  SLAVA_TRY(std::vector<ReportText> other, read_other(request, joined));
  SLAVA_TRY(Blanked blanked, read_blanked(request, predictions, joined));

  EvaluateOutcome outcome;
  outcome.talk = training.warning + blanked.warning + unmatched_text(joined);
  std::optional<SideChoice> side_choice;
  if (request.score_sides) {
    SLAVA_TRY(const auto scores, request.score_sides(sided_sentences(joined)));
    side_choice = count_right_sides(scores);
  }
  Evaluation evaluation = evaluate(
      std::move(joined), {.protocol = *protocol,
                          .bootstrap = {static_cast<size_t>(request.resamples), request.seed},
                          .training = std::move(training.texts),
                          .other = std::move(other),
                          .blanked = std::move(blanked.texts),
                          .blanked_about = std::move(blanked.about)});
  evaluation.side_choice = side_choice;
  SLAVA_TRY(const std::optional<GateVerdict> verdict, run_gate(request, evaluation));

  Json document = evaluation_json(evaluation);
  if (!request.save_baseline.empty()) {
    SLAVA_TRY_STATUS(write_file_atomically(request.save_baseline, document.dump(1) + "\n"));
  }
  if (!request.html.empty()) {
    SLAVA_TRY_STATUS(write_file_atomically(request.html, evaluation_html(evaluation)));
  }
  SLAVA_TRY(const std::string export_warning,
            write_exports(exports_of(request), references, predictions, evaluation.joined));
  outcome.talk += export_warning;
  if (verdict) {
    document["gate"] = gate_json(*verdict);
    outcome.talk += gate_text(*verdict);
    if (!request.junit.empty()) {
      SLAVA_TRY_STATUS(write_file_atomically(request.junit, junit_xml(*verdict)));
    }
    if (!verdict->passed) outcome.code = ExitCode::kRegression;
  }
  outcome.out = request.json ? document.dump() + "\n" : evaluation_table(evaluation);
  return outcome;
}

}  // namespace slava
