#include "commands/recipe.h"

#include <algorithm>

#include "base/file.h"
#include "base/strings.h"
#include "commands/toml_values.h"

namespace slava {
namespace {

constexpr const char* kStage = "stage";
constexpr const char* kName = "name";

// What a recipe itself decides.
constexpr const char* kReserved[] = {"recipe", "output", "resume", "force", "config"};

tl::unexpected<Error> wrong(const std::filesystem::path& file, const toml::node& at,
                            const std::string& what) {
  return fail(ErrorKind::kUsage, cat(file.string(), ": line ", at.source().begin.line, ": ", what));
}

Result<FlagValues> values_of(const std::filesystem::path& file, const toml::table& table,
                             const char* except) {
  FlagValues values;
  for (const auto& [key_node, node] : table) {
    const std::string key(key_node.str());
    if (key == except) continue;
    if (std::ranges::find(kReserved, key) != std::end(kReserved)) {
      return wrong(file, node, cat("'", key, "' belongs on the command line, not into a recipe"));
    }
    const auto read = flag_values(node);
    if (!read) {
      return wrong(file, node, cat(key, ": expected text, a number, true or false, or a list"));
    }
    values[key] = *read;
  }
  return values;
}

bool is_plain(const std::string& name) {
  return !name.empty() && std::ranges::all_of(name, [](unsigned char c) {
    return std::isalnum(c) != 0 || c == '-' || c == '_';
  });
}

}  // namespace

Result<Recipe> read_recipe(const std::filesystem::path& file) {
  SLAVA_TRY(const std::string text, read_file(file, size_t{1} << 24));
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return fail(ErrorKind::kUsage, cat(file.string(), ": line ", error.source().begin.line,
                                       ": is no TOML: ", error.description()));
  }
  Recipe recipe;
  const toml::array* stages = table.get_as<toml::array>(kStage);
  if (stages == nullptr || stages->empty()) {
    return fail(ErrorKind::kUsage, cat(file.string(),
                                       ": no stages; expected [[stage]] tables, "
                                       "each with a name and values for flags"));
  }
  SLAVA_TRY(recipe.common, values_of(file, table, kStage));
  for (const toml::node& node : *stages) {
    const toml::table* stage = node.as_table();
    if (stage == nullptr) return wrong(file, node, "expected a [[stage]] table");
    RecipeStage read;
    read.name = stage->get(kName) == nullptr ? "" : stage->get(kName)->value_or(std::string());
    if (!is_plain(read.name)) {
      return wrong(file, node,
                   "the stage's name must be letters, digits, - and _: it names a "
                   "folder");
    }
    for (const RecipeStage& other : recipe.stages) {
      if (other.name == read.name) return wrong(file, node, cat("a second stage ", read.name));
    }
    SLAVA_TRY(read.values, values_of(file, *stage, kName));
    recipe.stages.push_back(std::move(read));
  }
  return recipe;
}

}  // namespace slava
