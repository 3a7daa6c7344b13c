// A recipe: a TOML file with the stages of a training in turn, each a set of values for `train`'s
// flags. Never here: what the flags mean.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"

namespace slava {

// Flags by their long names, without dashes.
using FlagValues = std::map<std::string, std::vector<std::string>>;

struct RecipeStage {
  std::string name;  // of its run folder; letters, digits, - and _
  FlagValues values;
};

struct Recipe {
  FlagValues common;                // top of the file: for every stage
  std::vector<RecipeStage> stages;  // [[stage]] tables, in order; at least one
};

// kUsage with the file and line of what is wrong. Whether the flags exist is not checked.
Result<Recipe> read_recipe(const std::filesystem::path& file);

}  // namespace slava
