#include "commands/toml_config.h"

#include <iterator>

#include "base/strings.h"
#include "commands/toml_values.h"

namespace slava {
namespace {

[[noreturn]] void refuse(int line, const std::string& what) {
  throw CLI::ConfigError(cat("line ", line, ": ", what), CLI::ExitCodes::ConfigError);
}

std::vector<std::string> texts(const std::string& key, const toml::node& node, int line) {
  const auto values = flag_values(node);
  if (!values) {
    refuse(line, cat(key, " is a ", node.is_table() ? "table" : "value of a type",
                     " that no flag takes; expected text, a number, true or false, or a list"));
  }
  return *values;
}

// The keys that a file may have.
std::vector<std::string> known_keys(const CLI::App& app) {
  std::vector<std::string> keys;
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_configurable()) continue;
    for (const std::string& name : option->get_lnames()) keys.push_back(name);
    if (option->get_lnames().empty()) keys.push_back(option->get_name());
  }
  return keys;
}

}  // namespace

TomlConfig::TomlConfig(const CLI::App& app) : app_(app) {}

std::string TomlConfig::to_config(const CLI::App*, bool, bool, std::string) const { return {}; }

std::vector<CLI::ConfigItem> TomlConfig::from_config(std::istream& input) const {
  const std::string text{std::istreambuf_iterator<char>(input), {}};
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    refuse(static_cast<int>(error.source().begin.line), cat("is no TOML: ", error.description()));
  }
  const std::vector<std::string> known = known_keys(app_);
  std::vector<CLI::ConfigItem> items;
  for (const auto& [key_node, node] : table) {
    const std::string key(key_node.str());
    const int line = static_cast<int>(key_node.source().begin.line);
    if (std::find(known.begin(), known.end(), key) == known.end()) {
      const std::string near = closest(key, known);
      refuse(line, cat("unknown key '", key, "'",
                       near.empty() ? std::string("; keys are the long names of the flags")
                                    : cat("; did you mean '", near, "'?")));
    }
    CLI::ConfigItem item;
    item.name = key;
    item.inputs = texts(key, node, line);
    lines_[key] = line;
    items.push_back(std::move(item));
  }
  return items;
}

}  // namespace slava
