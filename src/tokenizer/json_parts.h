// Takes the JSON files of a tokenizer, which anybody may have written; gives their parts with types
// and sizes checked. Never here: what a part means.
#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace slava {

// The object that the file holds. kModel for a file that is missing, larger than 64 MiB, no JSON or
// no object.
Result<nlohmann::json> read_json_object(const std::filesystem::path& path);

// The array `key` of `object`; kModel for another type or a `depth` of nested sequences that no
// real file has. Points into `object`.
Result<const nlohmann::json*> json_array(const nlohmann::json& object, const std::string& key,
                                         const std::string& where, int depth);

// The text of {"pattern": {"String": TEXT}}; kModel for a pattern that is a regular expression, or
// empty.
Result<std::string> json_literal_pattern(const nlohmann::json& object, const std::string& where);

// The pairs of an object that maps texts to whole numbers; kModel for any other.
Result<std::vector<std::pair<std::string, int64_t>>> json_ids(const nlohmann::json& object,
                                                              const std::string& where);

}  // namespace slava
