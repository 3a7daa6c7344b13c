#include <CLI/CLI.hpp>
#include <cstdlib>
#include <ostream>

#include "commands/commands.h"
#include "radex/radex.h"

namespace slava {
namespace {

class RadexCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("--cases", request_.cases,
                   "JSONL or CSV of case descriptions or reports with films")
        ->type_name("FILE");
    app.add_option("--image-root", request_.image_root,
                   "Relative image paths start here (default: beside each file)")
        ->type_name("DIR");
    app.add_option("--output", request_.output, "Folder to make, with the corpus and its record")
        ->type_name("DIR");
    app.add_option("--seed", request_.seed, "Seed of wording and choice of questions")
        ->type_name("N")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--per-task", request_.per_task, "Questions of one kind about one film, at most")
        ->type_name("N")
        ->check(CLI::Range(1, 50))
        ->capture_default_str();
    app.add_option("--license", request_.licence, "Licence of rows that name none")
        ->type_name("NAME");
    app.add_option("--source", request_.source, "Source of rows that name none")->type_name("TEXT");
    app.add_option("--split", request_.split, "Rows of this split alone")->type_name("NAME");
    app.add_option("--allow-license", request_.allow_licence,
                   "Take cases of these licences alone, for example \"CC BY 4.0\"")
        ->type_name("NAME");
    app.add_option("--llm", request_.llm,
                   "OpenAI-compatible endpoint that rewords the answers;\n"
                   "every wording passes the same checks.\n"
                   "SLAVA_LLM_KEY holds its key, if it wants one")
        ->type_name("URL");
    app.add_option("--llm-model", request_.llm_model, "Model to ask for there")
        ->type_name("NAME")
        ->capture_default_str();
    app.add_option("--llm-timeout", request_.llm_timeout_s, "Seconds to wait for one answer")
        ->type_name("S")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    app.add_flag("--keep-cleaned", request_.keep_cleaned,
                 "Also write what the privacy step left of each description");
    app.add_flag("--force", request_.force, "Replace an earlier corpus in the output folder");
    app.add_flag("--resume", request_.resume, "Go on with the rewordings of an interrupted run");
  }

  Result<ExitCode> run(const Streams& streams) override {
    if (const char* key = std::getenv("SLAVA_LLM_KEY")) request_.llm_key = key;
    SLAVA_TRY(const radex::RadexOutcome outcome, radex::run_radex(request_));
    streams.out << outcome.out;
    return outcome.code;
  }

 private:
  radex::RadexRequest request_;
};

}  // namespace

std::unique_ptr<Command> make_radex_command() { return std::make_unique<RadexCommand>(); }

}  // namespace slava
