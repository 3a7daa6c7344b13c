// Arguments and a TOML file into a command's bound members, with errors as sentences.
// Never here: what the commands do.
#pragma once

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "commands/commands.h"

namespace slava {

// Flags that every command has.
struct CommonOptions {
  std::string config;
  std::string log_level = "warning";
  std::string log_file;
  bool verbose = false;
};

// A command with its flags, ready to parse.
struct CommandLine {
  std::unique_ptr<Command> command;
  std::unique_ptr<CommonOptions> common;
  std::unique_ptr<CLI::App> app;
};
CommandLine make_command_line(const CommandEntry& entry);

enum class Parsed { kRun, kShowHelp };

// kUsage: unknown flags with "did you mean", wrong values, and for --config the file and line.
Result<Parsed> parse(CommandLine& line, const std::vector<std::string>& arguments);

Status start_log(const CommonOptions& common);

// The general help: usage, the table, exit codes.
std::string program_help();

// Names of the flags with their dashes, positional arguments left out.
std::vector<std::string> flag_names(const CLI::App& app);

}  // namespace slava
