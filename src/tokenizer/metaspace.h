// Takes the description of a "Metaspace" step of tokenizer.json; gives its settings, for the
// pre-tokenizer that puts the marks and the decoder that takes them away.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "base/result.h"

namespace slava {

struct Metaspace {
  enum class Prepend { kAlways, kFirst, kNever };

  std::string mark = "\u2581";         // stands for a space
  Prepend prepend = Prepend::kAlways;  // which stretches get a mark in front
  bool split = true;                   // a new stretch begins at each mark
};

// kModel, with `where` said first, for a mark that is not one character or an unknown scheme. Knows
// the older `add_prefix_space` as well.
Result<Metaspace> parse_metaspace(const nlohmann::json& description, const std::string& where);

}  // namespace slava
