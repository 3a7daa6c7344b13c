#include "base/json_fields.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/strings.h"

namespace slava {

using nlohmann::json;

JsonFields::JsonFields(const json& object, std::string where)
    : object_(&object), where_(std::move(where)) {
  if (!object.is_object()) problems_.push_back("expected a JSON object");
}

bool JsonFields::has(const std::string& key) const {
  return object_->is_object() && object_->contains(key) && !(*object_)[key].is_null();
}

const json* JsonFields::find(const std::string& key, bool required) {
  if (has(key)) return &(*object_)[key];
  if (required && object_->is_object()) problems_.push_back(cat(key, " is missing"));
  return nullptr;
}

void JsonFields::wrong(const std::string& key, const std::string& expected, const json& found) {
  problems_.push_back(cat(key, " is ",
                          found.dump(-1, ' ', false, json::error_handler_t::replace).substr(0, 80),
                          "; expected ", expected));
}

std::string JsonFields::text(const std::string& key) {
  const json* value = find(key, true);
  if (value == nullptr) return {};
  if (value->is_string()) return value->get<std::string>();
  wrong(key, "a text", *value);
  return {};
}

std::string JsonFields::text_or(const std::string& key, const std::string& otherwise) {
  return has(key) ? text(key) : otherwise;
}

bool JsonFields::flag_or(const std::string& key, bool otherwise) {
  const json* value = find(key, false);
  if (value == nullptr) return otherwise;
  if (value->is_boolean()) return value->get<bool>();
  wrong(key, "true or false", *value);
  return otherwise;
}

int64_t JsonFields::integer(const std::string& key, int64_t low, int64_t high) {
  const json* value = find(key, true);
  if (value == nullptr) return low;
  if (value->is_number_integer()) {
    const bool too_large =
        value->is_number_unsigned() &&
        value->get<uint64_t>() > static_cast<uint64_t>(std::max<int64_t>(high, 0));
    if (!too_large && value->get<int64_t>() >= low && value->get<int64_t>() <= high) {
      return value->get<int64_t>();
    }
  }
  wrong(key, cat("a whole number from ", low, " to ", high), *value);
  return low;
}

int64_t JsonFields::integer_or(const std::string& key, int64_t otherwise, int64_t low,
                               int64_t high) {
  return has(key) ? integer(key, low, high) : otherwise;
}

double JsonFields::number_or(const std::string& key, double otherwise) {
  const json* value = find(key, false);
  if (value == nullptr) return otherwise;
  if (value->is_number()) return value->get<double>();
  wrong(key, "a number", *value);
  return otherwise;
}

std::vector<std::string> JsonFields::texts_or(const std::string& key,
                                              std::vector<std::string> otherwise) {
  const json* value = find(key, false);
  if (value == nullptr) return otherwise;
  if (value->is_array() &&
      std::ranges::all_of(*value, [](const json& item) { return item.is_string(); })) {
    return value->get<std::vector<std::string>>();
  }
  wrong(key, "a list of texts", *value);
  return otherwise;
}

std::vector<double> JsonFields::numbers(const std::string& key, size_t count) {
  std::vector<double> none(count, 0.0);
  const json* value = find(key, true);
  if (value == nullptr) return none;
  if (value->is_array() && value->size() == count &&
      std::ranges::all_of(*value, [](const json& item) { return item.is_number(); })) {
    return value->get<std::vector<double>>();
  }
  wrong(key, cat("a list of ", count, " numbers"), *value);
  return none;
}

Status JsonFields::finish(ErrorKind kind) const {
  if (problems_.empty()) return {};
  return fail(kind, cat(where_, ": ", join(problems_, "; ")));
}

}  // namespace slava
