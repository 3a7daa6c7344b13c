#include <CLI/CLI.hpp>
#include <filesystem>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <ostream>

#include "assistant/assistant.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/strings.h"
#include "base/utf8.h"
#include "commands/commands.h"
#include "commands/gate_flags.h"
#include "commands/generation_flags.h"
#include "commands/model_folder.h"
#include "commands/summary_file.h"
#include "evaluate/report_set.h"
#include "pipeline/studies_by_id.h"
#include "pipeline/summarise.h"
#include "report/report.h"
#include "study/find_studies.h"

namespace slava {
namespace {

class SummarizeCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("--findings", findings_, "Findings to summarise; - reads them from stdin")
        ->type_name("TEXT");
    app.add_option("--image", images_,
                   "With --findings: the study's film (DICOM, PNG or JPEG), as often as it has "
                   "films")
        ->type_name("FILE")
        ->allow_extra_args(false);
    app.add_option("--reports", reports_,
                   "Findings of many studies: the folder that report --output wrote, JSONL or CSV")
        ->type_name("PATH");
    app.add_option("--split", split_, "With --reports: studies of this split alone")
        ->type_name("NAME");
    app.add_option("--films", films_,
                   "With --reports: manifest or folder of the studies' films, which the model then "
                   "sees too")
        ->type_name("PATH");
    app.add_option("--output", output_,
                   "With --reports: JSONL to write, a line a study as it is ready: study_id, "
                   "findings, impression, status")
        ->type_name("FILE");
    app.add_flag("--resume", resume_, "Go on behind the impressions that are there");
    app.add_flag("--force", force_, "Replace the impressions that are there");
    app.add_flag("--json", json_, "With --findings: a JSON object instead of the text");
    gate_.declare(app);
    model_.declare(app);
    text_.declare(app);
  }

  Result<ExitCode> run(const Streams& streams) override {
    SLAVA_TRY_STATUS(check_flags());
    SLAVA_TRY(ReaderOptions reading, reader_options());
    SLAVA_TRY(const auto model, find_model(model_.model));
    SLAVA_TRY(reading.gate.patient_age, age_range_of_checkpoint(model));
    if (reports_.empty()) return run_text(model, reading, streams.out);
    watch_for_interrupt();
    return run_file(model, reading);
  }

 private:
  Status check_flags() const {
    const auto usage = [](const std::string& message) { return fail(ErrorKind::kUsage, message); };
    if (findings_.empty() == reports_.empty()) {
      return usage(
          "expected either --findings TEXT or --reports PATH (slava-cxr summarize --help)");
    }
    if (reports_.empty() != output_.empty()) {
      return usage("--reports PATH and --output FILE go together");
    }
    if (!reports_.empty() && (!images_.empty() || json_)) {
      return usage(
          "--image and --json go with --findings; of many studies --films names the films");
    }
    if (reports_.empty() && (!films_.empty() || !split_.empty() || resume_ || force_)) {
      return usage("--films, --split, --resume and --force go with --reports");
    }
    if (resume_ && force_) return usage("--resume and --force exclude each other");
    return {};
  }

  Result<ReaderOptions> reader_options() const {
    ReaderOptions options;
    SLAVA_TRY(options.gate, gate_.options());
    return options;
  }

  Result<std::string> given_findings() const {
    if (findings_ != "-") return findings_;
    std::string text(std::istreambuf_iterator<char>(std::cin), {});
    if (!is_utf8(text)) return fail(ErrorKind::kInput, "stdin: the findings are not UTF-8");
    return text;
  }

  Result<ExitCode> run_text(const std::string& model, ReaderOptions& reading, std::ostream& out) {
    SLAVA_TRY(const std::string findings, given_findings());
    std::optional<Study> study;
    if (!images_.empty()) {
      const std::vector<std::filesystem::path> paths(images_.begin(), images_.end());
      SLAVA_TRY(const StudyList list, find_studies(paths, {}));
      if (!list.rejected.empty()) return fail(list.rejected.front().error);
      if (list.studies.size() > 1) {
        return fail(ErrorKind::kInput, cat("the films are of ", list.studies.size(),
                                           " studies; expected those of one"));
      }
      study = list.studies.front();
    }
    SLAVA_TRY(const auto assistant, load_assistant(model, model_.options()));
    reading.generation = text_.over(assistant->info().generation);
    Result<Summary> written = fail(ErrorKind::kInternal, "no impression was written");
    SLAVA_TRY_STATUS(summarise(*assistant, reading, {{"", findings, study ? &*study : nullptr}},
                               [&](size_t, Result<Summary> summary) -> Status {
                                 written = std::move(summary);
                                 return {};
                               }));
    if (!written) return fail(written.error());
    if (json_) {
      out << summary_line({"", findings}, *written, assistant->info()) << '\n';
      return ExitCode::kOk;
    }
    out << kDraftBanner << '\n';
    if (!assistant->info().notice.empty()) out << assistant->info().notice << '\n';
    for (const std::string& warning : written->warnings) out << "WARNING: " << warning << '\n';
    if (!written->complete) out << "WARNING: the text was cut off at its largest length\n";
    out << '\n' << written->impression << '\n';
    return ExitCode::kOk;
  }

  Result<ExitCode> run_file(const std::string& model, ReaderOptions& reading) {
    SLAVA_TRY(const ReportSet set,
              read_report_set(reports_, {.split = split_, .whole_without_splits = true}));
    SLAVA_TRY(SummaryFile file, SummaryFile::read(output_, resume_, force_));
    StudyList list;
    if (!films_.empty()) {
      SLAVA_TRY(list, find_listed_studies(films_));
    }
    SLAVA_TRY(const auto tasks, open_tasks(set, file, list));
    SLAVA_TRY(const auto assistant, load_assistant(model, model_.options()));
    reading.generation = text_.over(assistant->info().generation);
    SLAVA_TRY_STATUS(file.start());
    Progress progress("impressions", tasks.size());
    size_t written = 0;
    SLAVA_TRY_STATUS(summarise(
        *assistant, reading, tasks, [&](size_t place, const Result<Summary>& summary) -> Status {
          if (!summary) log_warning(cat(tasks[place].id, ": ", summary.error().message));
          SLAVA_TRY_STATUS(file.add(tasks[place], summary, assistant->info()));
          progress.show(++written);
          return {};
        }));
    const SummaryCounts counts = file.counts();
    if (written < tasks.size()) {
      return fail(ErrorKind::kInterrupted,
                  cat(written, " of ", tasks.size(), " impressions are written; --resume goes on"));
    }
    log_info(cat(counts.good, " impressions, ", counts.refused, " refused, ", counts.failed,
                 " failed, in ", output_.string()));
    if (counts.failed > 0) {
      return counts.failed == counts.all() ? ExitCode::kAllFailed : ExitCode::kSomeFailed;
    }
    return counts.refused > 0 ? ExitCode::kRefused : ExitCode::kOk;
  }

  // Of the rows that the file does not have yet. kInput when --films lacks the study of one.
  Result<std::vector<SummaryTask>> open_tasks(const ReportSet& set, const SummaryFile& file,
                                              const StudyList& list) const {
    std::vector<SummaryTask> tasks;
    std::vector<std::string> ids;
    for (const ReportRow& row : set.rows) {
      if (file.has(row.id)) continue;
      tasks.push_back({row.id, text_of(row, SectionChoice::kFindings).joined()});
      ids.push_back(row.id);
    }
    if (films_.empty()) return tasks;
    SLAVA_TRY(const auto studies, studies_by_id(list, ids));
    for (size_t i = 0; i < tasks.size(); ++i) tasks[i].study = studies[i];
    return tasks;
  }

  std::string findings_, split_;
  std::vector<std::string> images_;
  std::filesystem::path reports_, films_, output_;
  bool resume_ = false;
  bool force_ = false;
  bool json_ = false;
  GateFlags gate_;
  ModelFlags model_;
  GenerationFlags text_;
};

}  // namespace

std::unique_ptr<Command> make_summarize_command() { return std::make_unique<SummarizeCommand>(); }

}  // namespace slava
