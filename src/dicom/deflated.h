// Deflated data sets (1.2.840.10008.1.2.1.99) into plain ones, within bounds of time and memory:
// DCMTK's own reader may not end on a stream that is cut short.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace slava {

// Whether a DICOM file's meta header names that transfer syntax. The first kilobytes suffice.
bool is_deflated(std::string_view bytes);

// The file as explicit VR little endian, meta header included. kInput, without the file's name,
// when the stream is not whole or larger than any film.
Result<std::string> inflate_data_set(std::string_view bytes);

}  // namespace slava
