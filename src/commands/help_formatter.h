// The look of a command's help: flag, what it takes, what it means, its default; 100 columns.
// Never here: what the flags are.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

namespace slava {

// The words that a flag takes, where it takes only some: {"auto", "cpu", "cuda"}; else empty.
std::vector<std::string> choices_of(const CLI::Option& option);

class HelpFormatter : public CLI::Formatter {
 public:
  HelpFormatter() { column_width(32); }

  std::string make_option(const CLI::Option* option, bool is_positional) const override;
  std::string make_option_opts(const CLI::Option* option) const override;
  std::string make_option_desc(const CLI::Option* option) const override;
  std::string make_group(std::string group, bool is_positional,
                         std::vector<const CLI::Option*> options) const override;
};

}  // namespace slava
