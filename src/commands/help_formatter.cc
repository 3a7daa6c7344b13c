#include "commands/help_formatter.h"

#include "base/strings.h"

namespace slava {
namespace {

constexpr size_t kColumns = 100;

// Words of `text` in lines that begin at `indent`, the first one at the place where it stands.
std::string wrapped(const std::string& text, size_t indent) {
  std::string out;
  size_t column = indent;
  for (const std::string& word : split(text, ' ')) {
    if (column > indent && column + 1 + word.size() > kColumns) {
      out += "\n" + std::string(indent, ' ');
      column = indent;
    }
    if (column > indent) {
      out += ' ';
      ++column;
    }
    out += word;
    column += word.size();
  }
  return out;
}

}  // namespace

// CLI11 knows them only as part of the type's text: "WORD:{auto,cpu,cuda}".
std::vector<std::string> choices_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const size_t begin = type.find('{');
  const size_t end = type.find('}');
  if (begin == std::string::npos || end == std::string::npos) return {};
  return split(type.substr(begin + 1, end - begin - 1), ',');
}

std::string HelpFormatter::make_option(const CLI::Option* option, bool is_positional) const {
  std::string left = "  " + make_option_name(option, is_positional) + make_option_opts(option);
  const size_t column = get_column_width();
  if (left.size() + 1 > column) {
    left += "\n" + std::string(column, ' ');
  } else {
    left.resize(column, ' ');
  }
  return left + wrapped(make_option_desc(option), column) + "\n";
}

std::string HelpFormatter::make_option_opts(const CLI::Option* option) const {
  if (option->get_items_expected_max() == 0) return {};
  const std::vector<std::string> choices = choices_of(*option);
  if (!choices.empty()) return " " + join(choices, "|");
  const std::string type = option->get_type_name();
  return " " + type.substr(0, type.find(':'));
}

std::string HelpFormatter::make_option_desc(const CLI::Option* option) const {
  const bool has_default =
      option->get_items_expected_max() > 0 && !option->get_default_str().empty();
  return option->get_description() +
         (has_default ? " [" + option->get_default_str() + "]" : std::string());
}

std::string HelpFormatter::make_group(std::string group, bool is_positional,
                                      std::vector<const CLI::Option*> options) const {
  std::string out = "\n" + group + ":\n";
  for (const CLI::Option* option : options) out += make_option(option, is_positional);
  // CLI11 parts the groups by one more line.
  return is_positional ? out : out.substr(0, out.size() - 1);
}

}  // namespace slava
