// The pixel data of a DICOM film, whatever its transfer syntax, into stored values as PS3.5 section
// 8.1 defines them: cut out by BitsStored and HighBit, signed by PixelRepresentation. No LUT is
// applied.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image/pixel_layout.h"

namespace slava {

struct StoredPixels {
  PixelLayout layout;  // as decoded: codecs change the colour space and the depth
  // Row-major [rows, columns, samples].
  std::vector<int32_t> values;
};

// Decodes in place. kInput, without the file's name, for a transfer syntax that is not read, for
// pixel data that is damaged or shorter than the tags say, and for a compressed stream of another
// size than Rows and Columns.
Result<StoredPixels> decode_stored_pixels(DcmDataset& data, const std::string& syntax_uid);

// Which pixels PixelPaddingValue and PixelPaddingRangeLimit name; empty when none.
std::vector<bool> padding_mask(DcmDataset& data, const StoredPixels& stored);

}  // namespace slava
