// Guards DCMTK against deflated data sets that end early or swell without bound.
#pragma once

#include <filesystem>

#include "base/result.h"

namespace slava {

// Inflates the data set of a deflated file (1.2.840.10008.1.2.1.99) to nowhere and tells whether
// its stream is whole; other files pass. DCMTK may not end on a truncated stream of that syntax.
Status check_deflated(const std::filesystem::path& path);

}  // namespace slava
