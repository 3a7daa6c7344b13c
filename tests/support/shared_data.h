// The research data beside the project, which tests skip without: SLAVA_SHARED_DATA, else
// ../shared/data.
#pragma once

#include <cstdlib>
#include <filesystem>

namespace slava {

inline std::filesystem::path shared_data() {
  const char* given = std::getenv("SLAVA_SHARED_DATA");
  return given != nullptr ? std::filesystem::path(given)
                          : std::filesystem::path(SLAVA_SOURCE_DIR) / "../shared/data";
}

}  // namespace slava
