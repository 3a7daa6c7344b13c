#include "study/study_name.h"

#include "base/strings.h"

namespace slava {
namespace {

constexpr size_t kMaxNameLength = 100;

bool is_safe(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

}  // namespace

std::string safe_study_name(std::string_view name) {
  std::string safe;
  for (const char c : name) {
    if (safe.size() == kMaxNameLength) break;
    // The bytes behind the first of a UTF-8 character add nothing.
    if ((static_cast<unsigned char>(c) & 0xc0) == 0x80) continue;
    const bool first = safe.empty();
    safe += is_safe(c) && !(first && (c == '.' || c == '-')) ? c : '_';
  }
  return safe.empty() ? "study" : safe;
}

std::string StudyNames::take(const std::string& safe_name) {
  std::string name = safe_name;
  for (int i = 2; !taken_.insert(to_lower(name)).second; ++i) name = cat(safe_name, '-', i);
  return name;
}

}  // namespace slava
