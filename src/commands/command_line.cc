#include "commands/command_line.h"

#include <algorithm>
#include <iomanip>
#include <sstream>

#include "base/log.h"
#include "base/strings.h"
#include "base/version.h"
#include "commands/gate_flags.h"
#include "commands/help_formatter.h"
#include "commands/toml_config.h"
#include "report/report.h"

namespace slava {
namespace {

bool is_on_command_line(const std::string& flag, const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& argument) {
    return argument == flag || argument.starts_with(flag + "=");
  });
}

// The line of the file's key that `message` complains of; 0 when it is about the command line.
int config_line_of(const std::string& message, const TomlConfig& config,
                   const std::vector<std::string>& arguments) {
  for (const auto& [key, line] : config.lines()) {
    const std::string flag = "--" + key;
    const size_t at = message.find(flag);
    if (at == std::string::npos || is_on_command_line(flag, arguments)) continue;
    const char behind = at + flag.size() < message.size() ? message[at + flag.size()] : ' ';
    if (std::isalnum(static_cast<unsigned char>(behind)) == 0 && behind != '-') return line;
  }
  return 0;
}

std::string unknown_arguments(const CLI::App& app, const std::vector<std::string>& rest) {
  for (const std::string& argument : rest) {
    if (!argument.starts_with("-")) continue;
    const std::string flag = argument.substr(0, argument.find('='));
    const std::string near = closest(flag, flag_names(app));
    return cat("unknown flag ", flag, near.empty() ? "" : cat("; did you mean ", near, "?"), " (",
               app.get_name(), " --help lists the flags)");
  }
  return cat("unexpected argument '", rest.front(), "' (", app.get_name(),
             " --help shows the usage)");
}

// CLI11 ends some messages with line breaks.
std::string tidy(const std::string& message) {
  return std::string(trim(replace_all(message, "\n", " ")));
}

}  // namespace

CommandLine make_command_line(const CommandEntry& entry) {
  CommandLine line{entry.make(), std::make_unique<CommonOptions>(),
                   std::make_unique<CLI::App>(entry.help, "slava-cxr " + entry.name)};
  CLI::App& app = *line.app;
  app.formatter(std::make_shared<HelpFormatter>());
  app.set_help_flag("-h,--help", "Show this help")->configurable(false);
  line.command->declare(app);
  const char* group = "Every command";
  app.set_config("--config", "", "TOML file with values for any of these flags: format = \"txt\"")
      ->type_name("FILE")
      ->group(group);
  app.add_option("--log-level", line.common->log_level, "How much to tell on stderr")
      ->type_name("LEVEL")
      ->check(CLI::IsMember(std::vector<std::string>{"debug", "info", "warning", "error", "off"}))
      ->capture_default_str()
      ->group(group);
  app.add_flag("--verbose", line.common->verbose,
               "As --log-level info: steps, how long loading took beside reading, most memory")
      ->group(group);
  app.add_option("--log-file", line.common->log_file, "Tell it in this file instead")
      ->type_name("FILE")
      ->group(group);
  app.allow_config_extras(CLI::config_extras_mode::error);
  app.config_formatter(std::make_shared<TomlConfig>(app));
  std::string footer;
  if (app.get_option_no_throw("--gate") != nullptr) {
    footer += "\nReasons of --gate, with what is done unless it says otherwise:\n" + gate_table();
  }
  if (!entry.examples.empty()) footer += "\nExamples:\n" + entry.examples;
  if (!footer.empty()) app.footer(footer);
  return line;
}

Result<Parsed> parse(CommandLine& line, const std::vector<std::string>& arguments) {
  CLI::App& app = *line.app;
  const auto config_file = [&] { return app.get_config_ptr()->as<std::string>(); };
  try {
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    return Parsed::kRun;
  } catch (const CLI::CallForHelp&) {
    return Parsed::kShowHelp;
  } catch (const CLI::ExtrasError&) {
    return fail(ErrorKind::kUsage, unknown_arguments(app, app.remaining()));
  } catch (const CLI::FileError&) {
    return fail(ErrorKind::kUsage, cat(config_file(),
                                       ": no such file, or it cannot be read "
                                       "(--config wants a TOML file)"));
  } catch (const CLI::ConfigError& error) {
    return fail(ErrorKind::kUsage, cat(config_file(), ": ", tidy(error.what())));
  } catch (const CLI::Error& error) {
    const std::string message = tidy(error.what());
    const auto config = std::dynamic_pointer_cast<TomlConfig>(app.get_config_formatter());
    const int at = config ? config_line_of(message, *config, arguments) : 0;
    if (at > 0) return fail(ErrorKind::kUsage, cat(config_file(), ": line ", at, ": ", message));
    // An unknown flag leaves its value behind, which then is another's: the flag is the cause.
    const std::vector<std::string> rest = app.remaining();
    if (!rest.empty()) return fail(ErrorKind::kUsage, unknown_arguments(app, rest));
    return fail(ErrorKind::kUsage, message);
  }
}

Status start_log(const CommonOptions& common) {
  LogOptions options;
  options.file = common.log_file;
  if (common.log_level == "info" || common.verbose) options.level = LogLevel::kInfo;
  if (common.log_level == "debug") options.level = LogLevel::kDebug;
  if (common.log_level == "error") options.level = LogLevel::kError;
  if (common.log_level == "off") options.level = LogLevel::kOff;
  return start_log(options);
}

std::string program_help() {
  std::ostringstream out;
  out << "slava-cxr " << program_version() << ": drafts reports of chest radiographs\n"
      << "AI-generated drafts, for a physician to verify; not a medical device.\n\n"
      << "Usage: slava-cxr COMMAND [OPTIONS]\n\nCommands:\n";
  for (const CommandEntry& entry : commands()) {
    out << "  " << std::left << std::setw(12) << entry.name << entry.help << '\n';
  }
  out << "\nExamples:\n"
      << "  slava-cxr report film.dcm                       print a draft report\n"
      << "  slava-cxr report folder --output out --resume   reports of all studies, in files\n"
      << "  slava-cxr help report                           every flag of a command\n"
      << "\nExit codes:\n"
      << "  0 ok   1 internal error   2 usage   3 input   4 model   5 some studies failed\n"
      << "  6 all studies failed   7 results cannot be written   8 films refused, none failed\n"
      << "  9 worse than the baseline   130 interrupted\n";
  return std::move(out).str();
}

std::vector<std::string> flag_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

}  // namespace slava
