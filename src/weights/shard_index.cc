#include "weights/shard_index.h"

#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace slava {

using nlohmann::json;

Result<ShardIndex> parse_shard_index(const std::string& text) {
  const json parsed = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object() || !parsed.contains("weight_map") || !parsed["weight_map"].is_object()) {
    return fail(ErrorKind::kModel, "expected a JSON object with weight_map {tensor: file}");
  }
  ShardIndex index;
  for (const auto& [tensor, file] : parsed["weight_map"].items()) {
    const std::string name = file.is_string() ? file.get<std::string>() : "";
    // A shard is a file of the same folder and nothing else.
    if (name.empty() || std::filesystem::path(name).filename() != name ||
        !name.ends_with(".safetensors")) {
      return fail(ErrorKind::kModel,
                  cat("weight_map.", tensor, " is ",
                      file.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 80),
                      "; expected the name of a .safetensors file in this folder"));
    }
    index.emplace(tensor, name);
  }
  if (index.empty()) return fail(ErrorKind::kModel, "weight_map is empty");
  return index;
}

}  // namespace slava
