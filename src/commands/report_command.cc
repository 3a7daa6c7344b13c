#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "assistant/assistant.h"
#include "base/interrupt.h"
#include "base/log.h"
#include "base/strings.h"
#include "commands/commands.h"
#include "commands/gate_flags.h"
#include "commands/generation_flags.h"
#include "commands/model_folder.h"
#include "pipeline/batch.h"
#include "pipeline/reader.h"
#include "pipeline/work_list.h"
#include "study/find_studies.h"
#include "writers/writer.h"

namespace slava {
namespace {

class ReportCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("paths", paths_, "Films (DICOM, PNG, JPEG) and folders of them")
        ->type_name("PATH...");
    declare_input(app);
    declare_output(app);
    gate_.declare(app);
    model_.declare(app);
    text_.declare(app);
  }

  Result<ExitCode> run(const Streams& streams) override {
    SLAVA_TRY_STATUS(check_flags());
    SLAVA_TRY(const BatchOptions options, batch_options());
    SLAVA_TRY(GateOptions gate, gate_.options());
    if (!dry_run_) {
      SLAVA_TRY_STATUS(check_output(options));
      SLAVA_TRY_STATUS(check_template(options));
    }
    // Before the films are looked at: that may take minutes.
    std::filesystem::path model;
    if (!dry_run_) {
      SLAVA_TRY(model, find_model(model_.model));
      SLAVA_TRY(gate.patient_age, age_range_of_checkpoint(model));
    }
    SLAVA_TRY(const StudyList list, find_studies(paths(), find_options()));
    if (list.ignored > 0) log_info(cat(list.ignored, " files are no films and are ignored"));
    if (dry_run_) return show_work(list, options, gate, streams);
    SLAVA_TRY(const std::unique_ptr<Assistant> assistant, load_assistant(model, model_.options()));
    const Reader reader(*assistant, {.generation = text_.over(assistant->info().generation),
                                     .gate = gate,
                                     .include_identifiers = include_identifiers_});
    watch_for_interrupt();
    SLAVA_TRY(const BatchSummary summary,
              run_batch(reader, list, options, streams.out, streams.err));
    return summary.exit_code();
  }

 private:
  void declare_input(CLI::App& app) {
    const char* group = "Input";
    app.add_option("--manifest", manifest_,
                   "Table of films: study_id, image, view, indication, comparison; .csv or .jsonl")
        ->type_name("FILE")
        ->group(group);
    app.add_option("--view", view_, "View of films that do not tell theirs")
        ->type_name("VIEW")
        ->check(CLI::IsMember(std::vector<std::string>{"frontal", "lateral"}))
        ->group(group);
    app.add_option("--max-studies", max_studies_, "Read at most N studies in this run; 0: all")
        ->type_name("N")
        ->check(CLI::NonNegativeNumber)
        ->group(group);
    app.add_option("--shard", shard_, "Do part i of n of the studies, chosen by their ids")
        ->type_name("i/n")
        ->group(group);
    app.add_flag("--dry-run", dry_run_,
                 "List studies, films and views; no model, no pixels, no files")
        ->group(group);
  }

  void declare_output(CLI::App& app) {
    const char* group = "Output";
    app.add_option("--output", output_,
                   "Folder for reports and results; none: reports on stdout, nothing on disk")
        ->type_name("DIR")
        ->group(group);
    app.add_option("--format", formats_, "Files of each report, of txt, json, html")
        ->type_name("LIST")
        ->delimiter(',')
        ->default_str("txt,json,html")
        ->group(group);
    app.add_option("--template", template_, "Mustache template for the text, in place of ours")
        ->type_name("FILE")
        ->group(group);
    app.add_flag("--include-identifiers", include_identifiers_,
                 "Name, id and birth date of the patient into the reports (never into logs)")
        ->group(group);
    app.add_flag("--json", json_, "One JSON object a study on stdout")->group(group);
    app.add_flag("--resume", resume_,
                 "Keep complete reports of the same films, model and settings; do the rest")
        ->group(group);
    app.add_flag("--only-failed", only_failed_, "With --resume: do only what failed before")
        ->group(group);
    app.add_flag("--force", force_, "Do everything again, over the reports that are there")
        ->group(group);
  }

  Status check_flags() const {
    const auto usage = [](const std::string& message) { return fail(ErrorKind::kUsage, message); };
    if (paths_.empty() && manifest_.empty()) {
      return usage(
          "nothing to read: give files, folders or --manifest FILE (slava-cxr report "
          "--help)");
    }
    if (resume_ && force_) return usage("--resume and --force exclude each other");
    if (only_failed_ && !resume_) return usage("--only-failed needs --resume");
    if (output_.empty() && (resume_ || force_)) {
      return usage(cat(resume_ ? "--resume" : "--force", " needs --output DIR"));
    }
    if (output_.empty() && !formats_.empty()) {
      return usage(
          "--format needs --output DIR; without it the text goes to stdout, or with "
          "--json the JSON");
    }
    return {};
  }

  std::string formats() const {
    if (output_.empty()) return json_ ? "json" : "txt";
    return formats_.empty() ? "txt,json,html" : join(formats_, ",");
  }

  Result<BatchOptions> batch_options() const {
    BatchOptions options;
    options.output = output_;
    if (resume_) options.existing = ExistingResults::kResume;
    if (force_) options.existing = ExistingResults::kOverwrite;
    SLAVA_TRY(options.writers, writers_from(formats()));
    options.writer_options.text_template = template_;
    options.lines = json_ ? LineFormat::kJson : LineFormat::kText;
    if (!shard_.empty()) {
      SLAVA_TRY(options.shard, parse_shard(shard_));
    }
    options.max_studies = max_studies_;
    options.only_failed = only_failed_;
    options.settings = settings();
    return options;
  }

  nlohmann::ordered_json settings() const {
    return {{"paths", paths_},
            {"manifest", manifest_},
            {"view", view_.empty() ? "from the films" : view_},
            {"output", output_},
            {"format", formats()},
            {"template", template_},
            {"include_identifiers", include_identifiers_},
            {"gate", gate_.gate},
            {"json", json_},
            {"force", force_},
            {"resume", resume_},
            {"only_failed", only_failed_},
            {"max_studies", max_studies_},
            {"shard", shard_.empty() ? "1/1" : shard_},
            {"device", model_.device},
            {"dtype", model_.dtype},
            {"threads", model_.threads},
            {"batch", model_.batch},
            {"max_memory", model_.max_memory_gb},
            {"preset", model_.preset}};
  }

  // A template that does not parse would fail every study alike.
  static Status check_template(const BatchOptions& options) {
    if (options.writer_options.text_template.empty()) return {};
    for (const Writer& writer : options.writers) {
      if (writer.name != "txt") continue;
      SLAVA_TRY_STATUS(writer.write(Report{}, options.writer_options));
      return {};
    }
    return fail(ErrorKind::kUsage, "--template is for the text, which is not among the formats");
  }

  std::vector<std::filesystem::path> paths() const { return {paths_.begin(), paths_.end()}; }

  FindOptions find_options() const {
    FindOptions options;
    options.manifest = manifest_;
    if (view_ == "frontal") options.view = View::kFrontal;
    if (view_ == "lateral") options.view = View::kLateral;
    return options;
  }

  ExitCode show_work(const StudyList& list, const BatchOptions& options, const GateOptions& gate,
                     const Streams& streams) const {
    std::vector<WorkItem> items = work_items(list, options.shard);
    if (options.max_studies > 0 && items.size() > options.max_studies) {
      items.resize(options.max_studies);
    }
    print_work(items, list.ignored, gate, json_ ? ListFormat::kJsonLines : ListFormat::kText,
               streams.out);
    BatchSummary summary;
    for (const WorkItem& item : items) {
      const bool refused = !refusal_of(item, gate).empty();
      ++(item.study == nullptr ? summary.failed : refused ? summary.refused : summary.ok);
    }
    return summary.exit_code();
  }

  std::vector<std::string> paths_;
  std::string manifest_;
  std::string view_;
  size_t max_studies_ = 0;
  std::string shard_;
  bool dry_run_ = false;
  std::string output_;
  std::vector<std::string> formats_;
  std::string template_;
  bool include_identifiers_ = false;
  bool json_ = false;
  bool resume_ = false;
  bool only_failed_ = false;
  bool force_ = false;
  GateFlags gate_;
  ModelFlags model_;
  GenerationFlags text_;
};

}  // namespace

std::unique_ptr<Command> make_report_command() { return std::make_unique<ReportCommand>(); }

}  // namespace slava
