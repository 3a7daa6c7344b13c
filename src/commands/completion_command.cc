#include <CLI/CLI.hpp>
#include <ostream>

#include "base/strings.h"
#include "commands/command_line.h"
#include "commands/commands.h"
#include "commands/help_formatter.h"

namespace slava {
namespace {

std::string command_names() {
  std::vector<std::string> names;
  for (const CommandEntry& entry : commands()) names.push_back(entry.name);
  return join(names, " ");
}

// Lines of `case`: "report:--device) choices='auto cpu cuda' ;;".
void print_choices(const CommandEntry& entry, const CLI::App& app, std::ostream& out) {
  for (const CLI::Option* option : app.get_options()) {
    const std::string choices = join(choices_of(*option), " ");
    for (const std::string& name : option->get_lnames()) {
      if (choices.empty()) continue;
      out << "    " << entry.name << ":--" << name << ") choices='" << choices << "' ;;\n";
    }
  }
}

// Flags whose next word is a value of the user's own: a file or a number.
void print_values(const CommandEntry& entry, const CLI::App& app, std::ostream& out) {
  std::vector<std::string> patterns;
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_items_expected_max() == 0 || !choices_of(*option).empty()) continue;
    for (const std::string& name : option->get_lnames()) {
      patterns.push_back(cat(entry.name, ":--", name));
    }
  }
  if (!patterns.empty()) out << "    " << join(patterns, "|") << ") files=yes ;;\n";
}

class CompletionCommand : public Command {
 public:
  void declare(CLI::App& app) override {
    app.add_option("shell", shell_, "The shell")
        ->check(CLI::IsMember(std::vector<std::string>{"bash"}))
        ->capture_default_str();
  }

  Result<ExitCode> run(const Streams& streams) override {
    std::vector<CommandLine> lines;
    for (const CommandEntry& entry : commands()) lines.push_back(make_command_line(entry));
    std::ostream& out = streams.out;
    out << "# bash completion of slava-cxr: source <(slava-cxr completion bash)\n"
           "_slava_cxr() {\n"
           "  local word=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
           "  local command=${COMP_WORDS[1]} flags= choices= files=\n"
           "  COMPREPLY=()\n"
           "  if [[ $COMP_CWORD -eq 1 ]]; then\n"
           "    COMPREPLY=($(compgen -W '"
        << command_names()
        << " --help --version' -- \"$word\"))\n"
           "    return\n"
           "  fi\n"
           "  case $command:$previous in\n"
           "    help:help) choices='"
        << command_names()
        << "' ;;\n"
           "    completion:completion) choices='bash' ;;\n";
    for (size_t i = 0; i < lines.size(); ++i) {
      print_choices(commands()[i], *lines[i].app, out);
      print_values(commands()[i], *lines[i].app, out);
    }
    out << "  esac\n  case $command in\n";
    for (size_t i = 0; i < lines.size(); ++i) {
      out << "    " << commands()[i].name << ") flags='" << join(flag_names(*lines[i].app), " ")
          << "' ;;\n";
    }
    out << "  esac\n"
           "  if [[ -n $choices && ( $word != -* || $previous == -* ) ]]; then\n"
           "    COMPREPLY=($(compgen -W \"$choices\" -- \"$word\"))\n"
           "  elif [[ -z $files && $word == -* ]]; then\n"
           "    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))\n"
           "  else\n"
           "    compopt -o filenames 2>/dev/null\n"
           "    mapfile -t COMPREPLY < <(compgen -f -- \"$word\")\n"
           "  fi\n"
           "}\n"
           "complete -F _slava_cxr slava-cxr\n";
    return ExitCode::kOk;
  }

 private:
  std::string shell_ = "bash";
};

}  // namespace

std::unique_ptr<Command> make_completion_command() { return std::make_unique<CompletionCommand>(); }

}  // namespace slava
