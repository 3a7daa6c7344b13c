#include <CLI/CLI.hpp>
#include <ostream>

#include "assistant/assistant.h"
#include "base/strings.h"
#include "commands/commands.h"
#include "commands/model_folder.h"
#include "evaluate/report_set.h"

namespace slava {
namespace {

class GuessesCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("--model", model_, "Checkpoint folder; else $SLAVA_MODEL, else models/starter")
        ->type_name("DIR");
    app.add_option("--reports", reports_,
                   "Reports like those that will be written: JSONL, CSV, an annotation file or a "
                   "report folder")
        ->type_name("PATH")
        ->required();
    app.add_option("--split", split_, "Of a file with several splits")->type_name("NAME");
  }

  Result<ExitCode> run(const Streams& streams) override {
    SLAVA_TRY(const auto folder, find_model(model_));
    SLAVA_TRY(const ReportSet set, read_report_set(reports_, {split_, true}));
    std::vector<ReportSections> reports;
    for (const ReportRow& row : set.rows) {
      reports.push_back(row.has_sections ? ReportSections{row.findings, row.impression}
                                         : ReportSections{row.whole, ""});
    }
    SLAVA_TRY(const GuessesInfo info, write_guesses(folder, reports));
    streams.out << cat(info.file.string(), ": ", info.texts, " texts, ", info.tokens, " tokens\n")
                << "It holds the reports' words: keep it where the reports may be.\n";
    return ExitCode::kOk;
  }

 private:
  std::string model_, reports_, split_;
};

}  // namespace

std::unique_ptr<Command> make_guesses_command() { return std::make_unique<GuessesCommand>(); }

}  // namespace slava
