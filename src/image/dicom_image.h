// One DICOM radiograph into an Image: pixels by DCMTK and OpenJPEG, grey scale by PS3.3 C.11.
#pragma once

#include <string>
#include <string_view>

#include "image/image.h"

namespace slava {

// All of Image but its file_sha256. kInput begins with `name` and tells of transfer syntaxes that
// are not decoded, pictures in real colour, several frames, other than 8 to 16 bits, and pixel data
// shorter than the tags say.
Result<Image> decode_dicom_image(std::string_view bytes, const std::string& name);

}  // namespace slava
