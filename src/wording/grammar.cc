#include "wording/grammar.h"

#include <nlohmann/json.hpp>

#include "base/check.h"
#include "base/strings.h"
#include "wording/data.h"

namespace slava::wording {
namespace {

using Rules = std::map<std::string, std::vector<std::string>, std::less<>>;

const Rules& rules() {
  static const Rules all = nlohmann::json::parse(kGrammar).at("rules").get<Rules>();
  return all;
}

}  // namespace

std::string fill(std::string_view text, const Slots& slots) {
  std::string out;
  while (!text.empty()) {
    const size_t open = text.find('{');
    out += text.substr(0, open);
    if (open == std::string_view::npos) break;
    const size_t close = text.find('}', open);
    SLAVA_CHECK(close != std::string_view::npos);
    const std::string_view name = text.substr(open + 1, close - open - 1);
    const auto slot = slots.find(name);
    if (slot == slots.end()) check_failed(__FILE__, __LINE__, cat("no slot {", name, "}"));
    out += slot->second;
    text.remove_prefix(close + 1);
  }
  return out;
}

const std::vector<std::string>& alternatives(std::string_view rule) {
  const auto place = rules().find(rule);
  if (place == rules().end()) check_failed(__FILE__, __LINE__, cat("no rule ", rule));
  return place->second;
}

std::string say(std::string_view rule, const Slots& slots, Draw& draw) {
  return fill(draw.pick(alternatives(rule)), slots);
}

std::string enumerate(const std::vector<std::string>& items, std::string_view word) {
  std::string out;
  for (size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += i + 1 == items.size() ? cat(' ', word, ' ') : std::string(", ");
    out += items[i];
  }
  return out;
}

}  // namespace slava::wording
