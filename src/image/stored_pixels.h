// The pixel data of a decoded DICOM data set into stored values as PS3.5 section 8.1 defines them:
// cut out by BitsStored and HighBit, signed by PixelRepresentation. No LUT is applied.
#pragma once

#include <cstdint>
#include <vector>

#include "dicom/data_set.h"

namespace slava {

struct PixelLayout {
  int rows = 0;
  int columns = 0;
  int bits_allocated = 0;
  int bits_stored = 0;
  int high_bit = 0;
  bool is_signed = false;
  bool is_monochrome1 = false;
};

// Reads and checks the tags. kInput, without the file's name, for what is no grey single frame of
// 8 to 16 bit.
Result<PixelLayout> read_pixel_layout(DcmDataset& data);

// The data set must be uncompressed. kInput when there are fewer pixels than Rows x Columns.
Result<std::vector<int32_t>> stored_pixels(DcmDataset& data, const PixelLayout& layout);

// Which pixels PixelPaddingValue and PixelPaddingRangeLimit name; empty when none.
std::vector<bool> padding_mask(DcmDataset& data, const PixelLayout& layout,
                               const std::vector<int32_t>& stored);

}  // namespace slava
