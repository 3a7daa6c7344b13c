#include "tokenizer/normalizer.h"

#include <nlohmann/json.hpp>

#include "base/json_fields.h"
#include "base/strings.h"
#include "tokenizer/json_parts.h"

namespace slava {

using nlohmann::json;

Result<Normalizer> Normalizer::parse(const json& description, const std::string& where) {
  Normalizer normalizer;
  SLAVA_TRY_STATUS(normalizer.add(description, where, 0));
  return normalizer;
}

Status Normalizer::add(const json& description, const std::string& where, int depth) {
  if (description.is_null()) return {};
  JsonFields fields(description, where);
  const std::string type = fields.text("type");
  SLAVA_TRY_STATUS(fields.finish());
  if (type == "Sequence") {
    SLAVA_TRY(const json* steps, json_array(description, "normalizers", where, depth));
    for (const json& step : *steps) SLAVA_TRY_STATUS(add(step, where, depth + 1));
    return {};
  }
  if (type == "Prepend") {
    steps_.emplace_back("", fields.text("prepend"));
    return fields.finish();
  }
  if (type == "Replace") {
    SLAVA_TRY(const std::string from, json_literal_pattern(description, where));
    steps_.emplace_back(from, fields.text("content"));
    return fields.finish();
  }
  return fail(ErrorKind::kModel, cat(where, ": type is \"", type,
                                     "\"; expected Prepend, Replace or a Sequence of them"));
}

std::string Normalizer::apply(std::string text) const {
  for (const auto& [from, to] : steps_) {
    if (!from.empty()) {
      text = replace_all(std::move(text), from, to);
    } else if (!text.empty()) {
      text = to + text;
    }
  }
  return text;
}

}  // namespace slava
