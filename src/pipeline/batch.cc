#include "pipeline/batch.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <set>
#include <utility>

#include "base/check.h"
#include "base/file.h"
#include "base/log.h"
#include "base/progress.h"
#include "base/stopwatch.h"
#include "base/strings.h"
#include "pipeline/film_gate.h"
#include "pipeline/output_folder.h"
#include "pipeline/prepare_ahead.h"
#include "pipeline/result_lines.h"
#include "pipeline/results.h"
#include "pipeline/run_json.h"
#include "pipeline/run_plan.h"
#include "pipeline/study_record.h"
#include "pipeline/utc_time.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

// Reasons go into lines: of a table, of a terminal.
std::string one_line(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20) c = ' ';
  }
  return text;
}

// A study's name must not be that of a file of the results.
bool is_reserved(const std::string& study_id) {
  return study_id.ends_with(".csv") || study_id.ends_with(".jsonl") || study_id.ends_with(".json");
}

class Batch {
 public:
  Batch(const Reader& reader, const StudyList& list, const BatchOptions& options, std::ostream& out,
        std::ostream& err)
      : reader_(reader),
        list_(list),
        options_(options),
        out_(out),
        err_(err),
        lines_(options, out, err) {}

  Result<BatchSummary> run() {
    items_ = work_items(list_, options_.shard);
    if (options_.output.empty()) {
      todo_ = items_;
      limit_todo();
      SLAVA_TRY_STATUS(do_studies(nullptr));
    } else {
      SLAVA_TRY_STATUS(run_into_folder());
    }
    summary_.interrupted = options_.stop();
    return summary_;
  }

 private:
  // What became of a study that could be read.
  struct Outcome {
    std::vector<ReportFile> files;
    std::vector<GateNote> refusals;  // then there are no files

    bool refused() const { return files.empty(); }
  };

  Status run_into_folder() {
    SLAVA_TRY_STATUS(check_output(options_));
    SLAVA_TRY(OutputFolder folder, OutputFolder::open(options_.output, options_.shard));
    folder_ = &folder;
    SLAVA_TRY_STATUS(take_settings());
    earlier_ = options_.existing == ExistingResults::kResume ? folder.earlier_results()
                                                             : decltype(earlier_)();
    SLAVA_TRY(RunPlan plan, plan_run(items_, folder, settings_, earlier_, options_));
    kept_ = std::move(plan.kept);
    todo_ = std::move(plan.todo);
    summary_.not_done = plan.not_done;
    for (const KeptStudy& kept : kept_) ++(kept.refused() ? summary_.refused : summary_.kept);
    limit_todo();
    SLAVA_TRY_STATUS(folder.write_run(run_record(false)));
    SLAVA_TRY(ResultsLog results, folder.start_results(rows_before()));
    for (const KeptStudy& kept : kept_) lines_.kept(kept.row(), folder.study_folder(kept.id));
    SLAVA_TRY_STATUS(do_studies(&results));
    SLAVA_TRY_STATUS(put_back_rows(results));
    SLAVA_TRY_STATUS(folder.write_run(run_record(true)));
    err_ << "slava-cxr: " << summary_.ok << " reports written, " << summary_.kept << " kept, "
         << summary_.refused << " studies refused, " << summary_.failed << " failed, "
         << summary_.not_done << " not done; see "
         << (options_.output / (file_stem("results", options_.shard) + ".csv")).string()
         << ". Every report is an AI-generated draft: a physician must verify it.\n";
    return {};
  }

  Status take_settings() {
    std::string template_bytes;
    if (!options_.writer_options.text_template.empty()) {
      SLAVA_TRY(template_bytes, read_file(options_.writer_options.text_template));
    }
    std::vector<std::string> formats;
    for (const Writer& writer : options_.writers) formats.push_back(writer.name);
    settings_ =
        settings_fingerprint(reader_.assistant(), reader_.options(), formats, template_bytes);
    return {};
  }

  void limit_todo() {
    if (options_.max_studies == 0 || todo_.size() <= options_.max_studies) return;
    summary_.not_done += todo_.size() - options_.max_studies;
    todo_.resize(options_.max_studies);
  }

  // What the lists say when the first study begins: all that this run does not do again.
  std::vector<StudyResult> rows_before() const {
    std::map<std::string, StudyResult> rows = earlier_;
    for (const WorkItem& item : todo_) rows.erase(item.id);
    for (const KeptStudy& kept : kept_) rows[kept.id] = kept.row();
    std::vector<StudyResult> list;
    for (auto& [id, row] : rows) list.push_back(row);
    return list;
  }

  // An interrupt leaves studies undone: what an earlier run said of them stays true.
  Status put_back_rows(ResultsLog& results) const {
    std::vector<const WorkItem*> undone = given_up_;
    for (size_t i = done_; i < todo_.size(); ++i) undone.push_back(&todo_[i]);
    for (const WorkItem* item : undone) {
      const auto row = earlier_.find(item->id);
      if (row != earlier_.end()) SLAVA_TRY_STATUS(results.add(row->second));
    }
    return {};
  }

  // A study with the model, and what is known of it meanwhile.
  struct InHand {
    const WorkItem* item;
    PreparedStudy prepared;
  };

  Status do_studies(ResultsLog* results) {
    Progress progress("studies", todo_.size());
    PrepareAhead films(reader_, todo_);
    results_ = results;
    progress_ = &progress;
    while (ending_) {
      given_ = 0;
      const Status status = reader_.draft_all(
          [&] { return next_request(films); },
          [&](size_t number, Result<Draft> draft) { take_draft(number, std::move(draft)); },
          options_.stop);
      if (status) break;
      // The model broke down under those that it had in hand; others may fare better.
      if (in_hand_.empty()) note(status);
      for (const auto& [number, study] : in_hand_) {
        note(fail_study(*study.item, status.error(), 0));
      }
      in_hand_.clear();
    }
    if (ending_) give_up_rest();
    return ending_;
  }

  // What an interrupt took out of the model's hands or left undone.
  void give_up_rest() {
    const size_t left = in_hand_.size() + todo_.size() - done_;
    if (left == 0) return;
    log_warning("interrupted: the studies that are left or half done are not done");
    summary_.not_done += left;
    for (const auto& [number, study] : in_hand_) given_up_.push_back(study.item);
  }

  // The next study that the model is to draft a report on; those that need no model are done on the
  // way. None when the run is at its end.
  std::optional<DraftRequest> next_request(PrepareAhead& films) {
    for (; done_ < todo_.size() && ending_; ++done_) {
      if (options_.stop()) return std::nullopt;
      const WorkItem& item = todo_[done_];
      progress_->show(done_, item.id);
      if (auto request = prepare(item, films)) {
        ++done_;
        return request;
      }
    }
    return std::nullopt;
  }

  std::optional<DraftRequest> prepare(const WorkItem& item, PrepareAhead& films) {
    const Stopwatch watch;
    if (const auto reason = why_not_readable(item)) {
      note(fail_study(item, *reason, watch.seconds()));
      return std::nullopt;
    }
    auto prepared = films.take(done_);
    if (!prepared) {
      note(fail_study(item, prepared.error(), watch.seconds()));
      return std::nullopt;
    }
    if (prepared->is_refused()) {
      Outcome outcome;
      outcome.refusals = std::move(prepared->refusals);
      note(end_study(item, outcome, prepared->seconds));
      return std::nullopt;
    }
    DraftRequest request = std::move(prepared->request);
    in_hand_.emplace(given_++, InHand{&item, *std::move(prepared)});
    return request;
  }

  std::optional<Error> why_not_readable(const WorkItem& item) const {
    if (item.rejected != nullptr) return item.rejected->error;
    if (folder_ == nullptr || !is_reserved(item.id)) return std::nullopt;
    return Error{ErrorKind::kInput,
                 cat("the study's name ", item.id,
                     " could be that of a results file; name it otherwise in a manifest")};
  }

  void take_draft(size_t number, Result<Draft> draft) {
    const auto found = in_hand_.find(number);
    SLAVA_CHECK(found != in_hand_.end());
    InHand study = std::move(found->second);
    in_hand_.erase(found);
    if (!ending_) return;
    const double seconds = study.prepared.seconds + (draft ? draft->seconds : 0);
    if (!draft) return note(fail_study(*study.item, draft.error(), seconds));
    summary_.new_tokens += static_cast<size_t>(draft->new_tokens);
    summary_.steps += static_cast<size_t>(draft->steps);
    const Report report = reader_.finish(std::move(study.prepared), *draft);
    Outcome outcome;
    for (const Writer& writer : options_.writers) {
      auto bytes = writer.write(report, options_.writer_options);
      if (!bytes) return note(fail_study(*study.item, bytes.error(), seconds));
      outcome.files.emplace_back(writer.file_name, *std::move(bytes));
    }
    note(end_study(*study.item, outcome, seconds));
  }

  // The first error of a study's files ends the run.
  void note(const Status& status) {
    if (ending_ && !status) ending_ = status;
  }

  Status fail_study(const WorkItem& item, const Error& error, double seconds) {
    ++summary_.failed;
    const StudyResult row{item.id, StudyStatus::kFailed, one_line(error.message), seconds};
    if (folder_ != nullptr) SLAVA_TRY_STATUS(folder_->remove_study(item.id));
    return add_row(row, "");
  }

  Status end_study(const WorkItem& item, const Outcome& outcome, double seconds) {
    StudyResult row{item.id, StudyStatus::kOk, "", seconds};
    if (outcome.refused()) {
      row.status = StudyStatus::kRefused;
      row.reason = one_line(reason_of(outcome.refusals));
    }
    ++(outcome.refused() ? summary_.refused : summary_.ok);
    if (folder_ != nullptr) SLAVA_TRY_STATUS(write_study(item, row, outcome));
    return add_row(row, outcome.refused() ? "" : outcome.files.front().second);
  }

  // `report` is printed where there is no folder.
  Status add_row(const StudyResult& row, const std::string& report) {
    log_info(cat(row.study_id, ": ", to_string(row.status), row.reason.empty() ? "" : ": ",
                 row.reason, ", ", row.seconds, " s"));
    progress_->clear();
    if (folder_ == nullptr) {
      lines_.report(row, report);
    } else {
      SLAVA_TRY_STATUS(results_->add(row));
      lines_.result(row, folder_->study_folder(row.study_id));
    }
    if (!out_.flush()) return fail(ErrorKind::kOutput, "standard output cannot be written");
    return {};
  }

  Status write_study(const WorkItem& item, const StudyResult& row, const Outcome& outcome) const {
    StudyRecord record;
    record.study_id = item.id;
    record.fingerprint = study_fingerprint(settings_, *item.study);
    record.seconds = row.seconds;
    for (const ReportFile& file : outcome.files) record.files.push_back(file.first);
    record.status = row.status;
    record.reason = row.reason;
    record.gate = outcome.refusals;
    return folder_->write_study(record, outcome.files);
  }

  Json run_record(bool finished) const {
    RunFacts facts{reader_, options_, started_, settings_, items_.size(), list_.ignored};
    if (finished) facts.summary = summary_;
    if (finished) facts.summary->interrupted = options_.stop();
    return run_json(facts);
  }

  const Reader& reader_;
  const StudyList& list_;
  const BatchOptions& options_;
  std::ostream& out_;
  std::ostream& err_;
  ResultLines lines_;
  const std::string started_ = utc_now();

  std::vector<WorkItem> items_;  // of this shard
  std::vector<WorkItem> todo_;
  size_t done_ = 0;                   // of todo_, those that the model has in hand included
  std::map<size_t, InHand> in_hand_;  // by number, in the order in which they were given
  size_t given_ = 0;
  std::vector<const WorkItem*> given_up_;  // of those that the model had in hand, by an interrupt
  std::vector<KeptStudy> kept_;
  std::map<std::string, StudyResult> earlier_;
  std::string settings_;
  OutputFolder* folder_ = nullptr;
  ResultsLog* results_ = nullptr;  // with a folder
  Progress* progress_ = nullptr;
  Status ending_;  // an error: why the run ends
  BatchSummary summary_;
};

}  // namespace

ExitCode BatchSummary::exit_code() const {
  if (interrupted) return ExitCode::kInterrupted;
  if (failed == 0) return refused == 0 ? ExitCode::kOk : ExitCode::kRefused;
  return ok + kept == 0 ? ExitCode::kAllFailed : ExitCode::kSomeFailed;
}

Status check_output(const BatchOptions& options) {
  if (options.output.empty() || options.existing != ExistingResults::kRefuse) return {};
  std::error_code error;
  if (!fs::exists(options.output, error)) return {};
  if (!fs::is_directory(options.output, error)) {
    return fail(ErrorKind::kUsage, cat(options.output.string(), ": is not a folder"));
  }
  // Beside the other shards' results there is room for this one's.
  const bool taken =
      options.shard.count == 1
          ? !fs::is_empty(options.output, error)
          : fs::exists(options.output / (file_stem("results", options.shard) + ".jsonl"), error);
  if (!taken) return {};
  return fail(ErrorKind::kUsage,
              cat(options.output.string(),
                  ": the folder is not empty and nothing is overwritten unasked; --resume keeps "
                  "what is complete, --force does everything again"));
}

Result<BatchSummary> run_batch(const Reader& reader, const StudyList& list,
                               const BatchOptions& options, std::ostream& out, std::ostream& err) {
  SLAVA_CHECK(!options.writers.empty());
  return Batch(reader, list, options, out, err).run();
}

}  // namespace slava
