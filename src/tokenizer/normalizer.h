// Takes text as it came; gives the text that the vocabulary was made for ("▁" for a space).
// Never here: Unicode normal forms; a file that asks for one is refused.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace slava {

class Normalizer {
 public:
  // The `normalizer` of tokenizer.json: null, Prepend, Replace of a text, Sequence of these.
  // kModel, with `where` said first, for any other.
  static Result<Normalizer> parse(const nlohmann::json& description, const std::string& where);

  std::string apply(std::string text) const;

 private:
  Status add(const nlohmann::json& description, const std::string& where, int depth);

  // Replaces every `first` by `second`; an empty `first` puts `second` before a text that is not
  // empty.
  std::vector<std::pair<std::string, std::string>> steps_;
};

}  // namespace slava
