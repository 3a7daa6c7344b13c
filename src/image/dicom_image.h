// One DICOM radiograph into an Image; the codecs and the VOI LUT are DCMTK's.
#pragma once

#include <filesystem>

#include "image/image.h"

namespace slava {

// All of Image but its file_sha256. kInput for transfer syntaxes that are not decoded, colour,
// several frames, other than 8 to 16 bits, and pixel data shorter than the tags say.
Result<Image> load_dicom_image(const std::filesystem::path& path);

}  // namespace slava
