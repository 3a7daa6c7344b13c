#include <CLI/CLI.hpp>
#include <filesystem>
#include <ostream>

#include "assistant/assistant.h"
#include "base/strings.h"
#include "commands/commands.h"
#include "commands/model_folder.h"
#include "evaluate/evaluate_files.h"
#include "pipeline/blanked_films.h"
#include "pipeline/film_scores.h"
#include "study/find_studies.h"

namespace slava {
namespace {

class EvaluateCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("--references", request_.references,
                   "Reports by physicians: JSONL, CSV, or R2Gen's annotation.json")
        ->type_name("PATH");
    app.add_option("--predictions", request_.predictions,
                   "Reports to evaluate: JSONL, CSV, an answers file, "
                   "or the folder that report --output wrote")
        ->type_name("PATH");
    app.add_option("--split", request_.split, "Studies of this split alone")->type_name("NAME");
    app.add_option("--section", request_.section, "Compare findings, impression or both")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--protocol", request_.protocol,
                   "Prepare texts as plain, r2gen, r2gen-mimic or verbatim")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--compare-with", request_.compare_with,
                   "Other predictions for the same studies: paired differences")
        ->type_name("PATH");
    app.add_option("--train-split", request_.train_split,
                   "Training reports: adds their best constant as a control")
        ->type_name("PATH");
    app.add_option("--resamples", request_.resamples, "Bootstrap resamples for the intervals")
        ->type_name("N")
        ->check(CLI::Range(0, 100000))
        ->capture_default_str();
    app.add_option("--seed", request_.seed, "Seed of resamples and of the shuffled control")
        ->type_name("N")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_flag("--json", request_.json, "One JSON object instead of the table");
    app.add_option("--html", request_.html, "Write a page with tables, bars and worst studies")
        ->type_name("FILE");
    app.add_option("--save-baseline", request_.save_baseline, "Write the scores for later runs")
        ->type_name("FILE");
    app.add_option("--baseline", request_.baseline,
                   "Compare with saved scores; exit code 9 when worse")
        ->type_name("FILE");
    app.add_option("--tolerance", request_.tolerance, "JSON: how much worse each metric may get")
        ->type_name("FILE");
    app.add_option("--junit", request_.junit, "Write the comparison as JUnit XML")
        ->type_name("FILE");
    app.add_option("--export-radeval", request_.export_radeval,
                   "Write pairs that RadEval reads: .jsonl, .json or .csv")
        ->type_name("FILE");
    app.add_option("--export-rexrank", request_.export_rexrank,
                   "Write the JSON that ReXrank's scripts read")
        ->type_name("FILE");
    app.add_option("--films", films_,
                   "Manifest or folder of the studies' films: adds as a control what --model "
                   "drafts when they are blanked, any check of the input bypassed")
        ->type_name("PATH");
    app.add_flag(
        "--side-choice", side_choice_,
        "With --films: how often --model finds a sided sentence of the references likelier "
        "than the same with left and right exchanged");
    model_.declare(app);
  }

  Result<ExitCode> run(const Streams& streams) override {
    if (!model_.model.empty() && films_.empty()) {
      return fail(ErrorKind::kUsage,
                  "--model needs --films PATH: the model is run on blanked films alone, and the "
                  "predictions come from a file");
    }
    if (side_choice_ && films_.empty()) {
      return fail(
          ErrorKind::kUsage,
          "--side-choice needs --films PATH: the model compares the two sides on the films");
    }
    if (!films_.empty()) {
      request_.read_blanked = [this](const std::vector<std::string>& ids) {
        return read_blanked(ids);
      };
    }
    if (side_choice_) {
      request_.score_sides = [this](const std::vector<SidedSentence>& sentences) {
        return score_sides(sentences);
      };
    }
    SLAVA_TRY(const EvaluateOutcome outcome, evaluate_files(request_));
    streams.err << outcome.talk;
    streams.out << outcome.out;
    return outcome.code;
  }

 private:
  Result<std::unique_ptr<Assistant>> load_model() const {
    SLAVA_TRY(const std::filesystem::path folder, find_model(model_.model));
    return load_assistant(folder, model_.options());
  }

  Result<std::vector<SideScores>> score_sides(const std::vector<SidedSentence>& sentences) const {
    SLAVA_TRY(const StudyList list, find_listed_studies(films_));
    SLAVA_TRY(const std::unique_ptr<Assistant> assistant, load_model());
    std::vector<TextsOfStudy> texts;
    for (const SidedSentence& sentence : sentences) {
      texts.push_back({sentence.study_id, {sentence.as_written, sentence.exchanged}});
    }
    SLAVA_TRY(const auto scores, score_texts_on_films(*assistant, list, texts));
    std::vector<SideScores> sides;
    for (const auto& pair : scores) sides.push_back({pair[0], pair[1]});
    return sides;
  }

  Result<BlankedReports> read_blanked(const std::vector<std::string>& ids) const {
    SLAVA_TRY(const StudyList list, find_listed_studies(films_));
    SLAVA_TRY(const std::unique_ptr<Assistant> assistant, load_model());
    SLAVA_TRY(const std::vector<BlankedDraft> drafts, draft_blanked_films(*assistant, list, ids));
    BlankedReports reports{{}, blanked_films_about(assistant->info()), assistant->info().sha256};
    for (size_t i = 0; i < ids.size(); ++i) {
      ReportRow row;
      row.id = ids[i];
      row.has_sections = true;
      row.findings = drafts[i].findings;
      row.impression = drafts[i].impression;
      reports.rows.push_back(std::move(row));
    }
    return reports;
  }

  EvaluateRequest request_;
  std::string films_;
  bool side_choice_ = false;
  ModelFlags model_;
};

}  // namespace

std::unique_ptr<Command> make_evaluate_command() { return std::make_unique<EvaluateCommand>(); }

}  // namespace slava
