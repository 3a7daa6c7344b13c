// One DICOM film's technical tags as text, for people. The patient's name, id and birth date are
// never shown: only whether they are there.
#pragma once

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"

namespace slava {

// Keyword and value in a fixed order; "absent" where the file has none. Pixels stay unread. kInput
// when the file is no DICOM file or ends before its pixel data.
Result<std::vector<std::pair<std::string, std::string>>> describe_film(
    const std::filesystem::path& path);

}  // namespace slava
