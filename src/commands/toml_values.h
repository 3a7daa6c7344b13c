// Values of a TOML file as the texts that flags take.
#pragma once

#include <toml++/toml.h>

#include <optional>
#include <string>
#include <vector>

namespace slava {

// A text, number, yes-or-no, or list of them; nothing for other types.
std::optional<std::vector<std::string>> flag_values(const toml::node& node);

}  // namespace slava
