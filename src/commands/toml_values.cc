#include "commands/toml_values.h"

#include <sstream>

#include "base/strings.h"

namespace slava {
namespace {

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

}  // namespace

std::optional<std::vector<std::string>> flag_values(const toml::node& node) {
  std::vector<std::string> values;
  if (const auto* array = node.as_array()) {
    for (const toml::node& element : *array) {
      const auto text = scalar_text(element);
      if (!text) return std::nullopt;
      values.push_back(*text);
    }
    return values;
  }
  const auto text = scalar_text(node);
  if (!text) return std::nullopt;
  return std::vector<std::string>{*text};
}

}  // namespace slava
