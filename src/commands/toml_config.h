// A TOML file as values for a command's flags: key = the flag's long name. Unknown keys, tables and
// values of other types than text, number, yes-or-no and lists of them are errors with their line.
#pragma once

#include <CLI/CLI.hpp>
#include <istream>
#include <map>
#include <string>
#include <vector>

namespace slava {

class TomlConfig : public CLI::Config {
 public:
  // Keeps a reference: `app` outlives this object.
  explicit TomlConfig(const CLI::App& app);

  // CLI11 calls these. The second one throws CLI::ConfigError; the file's name is not known to it.
  std::string to_config(const CLI::App* app, bool default_also, bool write_description,
                        std::string prefix) const override;
  std::vector<CLI::ConfigItem> from_config(std::istream& input) const override;

  // Line of each key of the file that was read.
  const std::map<std::string, int>& lines() const { return lines_; }

 private:
  const CLI::App& app_;
  mutable std::map<std::string, int> lines_;
};

}  // namespace slava
