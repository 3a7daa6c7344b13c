// The table of commands, and the program around it: from arguments to an exit code.
// A new command is one file and one line of the table.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "commands/command.h"

namespace slava {

struct CommandEntry {
  std::string name;
  std::string help;      // one line
  std::string examples;  // lines of "command   what it does", shown under --help
  std::unique_ptr<Command> (*make)();
};

const std::vector<CommandEntry>& commands();

// The command's entry; kUsage with "did you mean" for a name that is not in the table.
Result<const CommandEntry*> find_command(const std::string& name);

// `arguments` without the program's name. Errors become one line on `streams.err`:
// "slava-cxr: error: ...".
ExitCode run_program(const std::vector<std::string>& arguments, const Streams& streams);

// The entries' functions, one in each file *_command.cc.
std::unique_ptr<Command> make_report_command();
std::unique_ptr<Command> make_ask_command();
std::unique_ptr<Command> make_summarize_command();
std::unique_ptr<Command> make_train_command();
std::unique_ptr<Command> make_evaluate_command();
std::unique_ptr<Command> make_radex_command();
std::unique_ptr<Command> make_inspect_command();
std::unique_ptr<Command> make_quantize_command();
std::unique_ptr<Command> make_bench_command();
std::unique_ptr<Command> make_guesses_command();
std::unique_ptr<Command> make_version_command();
std::unique_ptr<Command> make_help_command();
std::unique_ptr<Command> make_completion_command();

}  // namespace slava
