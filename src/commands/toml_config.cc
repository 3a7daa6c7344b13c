#include "commands/toml_config.h"

#include <toml++/toml.h>

#include <iterator>
#include <optional>

#include "base/strings.h"

namespace slava {
namespace {

[[noreturn]] void refuse(int line, const std::string& what) {
  throw CLI::ConfigError(cat("line ", line, ": ", what), CLI::ExitCodes::ConfigError);
}

std::optional<std::string> scalar_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* integer = node.as_integer()) return cat(integer->get());
  if (const auto* flag = node.as_boolean()) return std::string(flag->get() ? "true" : "false");
  if (const auto* number = node.as_floating_point()) {
    std::ostringstream out;
    out.precision(17);
    out << number->get();
    return std::move(out).str();
  }
  return std::nullopt;
}

std::vector<std::string> texts(const std::string& key, const toml::node& node, int line) {
  const auto wrong = [&] {
    refuse(line, cat(key, " is a ", node.is_table() ? "table" : "value of a type",
                     " that no flag takes; expected text, a number, true or false, or a list"));
  };
  std::vector<std::string> list;
  if (const auto* array = node.as_array()) {
    for (const toml::node& element : *array) {
      const auto text = scalar_text(element);
      if (!text) wrong();
      list.push_back(*text);
    }
    return list;
  }
  const auto text = scalar_text(node);
  if (!text) wrong();
  return {*text};
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
