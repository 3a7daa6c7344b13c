#include "tokenizer/json_parts.h"

#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/json_fields.h"
#include "base/strings.h"

namespace slava {
namespace {

using nlohmann::json;

constexpr size_t kMaxFileBytes = size_t{64} << 20;
constexpr int kMaxDepth = 8;

}  // namespace

Result<json> read_json_object(const std::filesystem::path& path) {
  const auto text = read_file(path, kMaxFileBytes);
  if (!text) return fail(ErrorKind::kModel, text.error().message);
  json parsed = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) {
    return fail(ErrorKind::kModel,
                cat(path.string(), ": expected a JSON object, found ",
                    parsed.is_discarded() ? "no valid JSON" : parsed.type_name()));
  }
  return parsed;
}

Result<const json*> json_array(const json& object, const std::string& key, const std::string& where,
                               int depth) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) {
    return fail(ErrorKind::kModel, cat(where, ": expected an array ", key));
  }
  if (depth >= kMaxDepth) {
    return fail(ErrorKind::kModel,
                cat(where, ": sequences more than ", kMaxDepth, " deep in each other"));
  }
  return &*found;
}

Result<std::string> json_literal_pattern(const json& object, const std::string& where) {
  const auto pattern = object.find("pattern");
  if (pattern == object.end()) return fail(ErrorKind::kModel, cat(where, ": pattern is missing"));
  JsonFields fields(*pattern, where + ": pattern");
  const std::string text = fields.text("String");
  SLAVA_TRY_STATUS(fields.finish());
  if (text.empty()) return fail(ErrorKind::kModel, cat(where, ": pattern is empty"));
  return text;
}

Result<std::vector<std::pair<std::string, int64_t>>> json_ids(const json& object,
                                                              const std::string& where) {
  if (!object.is_object()) return fail(ErrorKind::kModel, cat(where, ": expected an object"));
  std::vector<std::pair<std::string, int64_t>> ids;
  ids.reserve(object.size());
  for (auto entry = object.begin(); entry != object.end(); ++entry) {
    if (!entry->is_number_integer()) {
      return fail(ErrorKind::kModel,
                  cat(where, ": the id of \"", entry.key().substr(0, 60), "\" is no whole number"));
    }
    ids.emplace_back(entry.key(), entry->get<int64_t>());
  }
  return ids;
}

}  // namespace slava
