#include <CLI/CLI.hpp>
#include <ostream>

#include "commands/command_line.h"
#include "commands/commands.h"

namespace slava {
namespace {

class HelpCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("command", name_, "The command whose flags to show; none: the commands")
        ->type_name("COMMAND");
  }

  Result<ExitCode> run(const Streams& streams) override {
    if (name_.empty()) {
      streams.out << program_help();
      return ExitCode::kOk;
    }
    SLAVA_TRY(const CommandEntry* entry, find_command(name_));
    streams.out << make_command_line(*entry).app->help();
    return ExitCode::kOk;
  }

 private:
  std::string name_;
};

}  // namespace

std::unique_ptr<Command> make_help_command() { return std::make_unique<HelpCommand>(); }

}  // namespace slava
