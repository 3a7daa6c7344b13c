// Names for studies that are safe as folder names and unique in a run.
#pragma once

#include <set>
#include <string>
#include <string_view>

namespace slava {

// Only A-Z a-z 0-9 . _ -, at most 100 characters, not beginning with a dot or hyphen, never empty:
// any other character becomes "_".
std::string safe_study_name(std::string_view name);

// Hands out each name once; later askers get "-2", "-3", ... behind it. Names that differ in case
// alone count as the same, for file systems that do not tell them apart.
class StudyNames {
 public:
  std::string take(const std::string& safe_name);

 private:
  std::set<std::string> taken_;
};

}  // namespace slava
