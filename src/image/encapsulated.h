// The compressed stream of a film's only frame, as it stands in the data set.
#pragma once

#include <string>

#include "image/pixel_layout.h"

namespace slava {

// All fragments joined, without the Basic Offset Table. kInput when the pixel data is not
// encapsulated or empty.
Result<std::string> encapsulated_stream(DcmDataset& data);

// Compares the frame header of a JPEG or JPEG-LS stream with the tags, because a smaller frame
// would leave the rest of the image undefined, and refuses progressive streams, which no DICOM
// transfer syntax in use has and whose many passes cost time without bound.
Status check_jpeg_frame(const std::string& stream, const PixelLayout& layout);

}  // namespace slava
