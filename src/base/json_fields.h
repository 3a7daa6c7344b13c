// Typed reading of one JSON object of a checkpoint's configuration. Problems are collected, so that
// a user sees all of them at once; a read after a problem gives a harmless value.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"

namespace slava {

class JsonFields {
 public:
  // `where` is said first in messages: "config.json: text_config".
  JsonFields(const nlohmann::json& object, std::string where);

  bool has(const std::string& key) const;
  std::string text(const std::string& key);
  std::string text_or(const std::string& key, const std::string& otherwise);
  bool flag_or(const std::string& key, bool otherwise);
  int64_t integer(const std::string& key, int64_t low, int64_t high);
  int64_t integer_or(const std::string& key, int64_t otherwise, int64_t low, int64_t high);
  double number_or(const std::string& key, double otherwise);
  std::vector<std::string> texts_or(const std::string& key, std::vector<std::string> otherwise);
  std::vector<double> numbers(const std::string& key, size_t count);

  // The problems so far as one message, `kind` kModel unless told otherwise.
  Status finish(ErrorKind kind = ErrorKind::kModel) const;

 private:
  // The value, or null with a problem noted.
  const nlohmann::json* find(const std::string& key, bool required);
  void wrong(const std::string& key, const std::string& expected, const nlohmann::json& found);

  const nlohmann::json* object_;
  std::string where_;
  std::vector<std::string> problems_;
};

}  // namespace slava
