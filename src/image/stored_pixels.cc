#include "image/stored_pixels.h"

#include <algorithm>

#include "base/strings.h"
#include "image/picture.h"

namespace slava {
namespace {

Result<int> required(DcmDataset& data, const DcmTagKey& tag, const char* keyword, long low,
                     long high) {
  const auto value = integer_of(data, tag);
  if (value && *value >= low && *value <= high) return static_cast<int>(*value);
  return fail(ErrorKind::kInput, cat(keyword, " is ", value ? std::to_string(*value) : "missing",
                                     "; expected ", low, " to ", high));
}

Status check_one_grey_frame(DcmDataset& data) {
  const long samples = integer_of(data, DCM_SamplesPerPixel).value_or(1);
  if (samples != 1) {
    return fail(ErrorKind::kInput,
                cat("SamplesPerPixel is ", samples, ": a colour image; expected one grey channel"));
  }
  const long frames = integer_of(data, DCM_NumberOfFrames).value_or(1);
  if (frames > 1) {
    return fail(ErrorKind::kInput,
                cat("NumberOfFrames is ", frames, "; expected a radiograph of one frame"));
  }
  return {};
}

// A stored value that a tag holds, whatever of US and SS it was written as.
std::optional<int32_t> stored_value_of(DcmDataset& data, const DcmTagKey& tag,
                                       const PixelLayout& layout) {
  const auto value = integer_of(data, tag);
  if (!value) return std::nullopt;
  if (layout.is_signed) return static_cast<int16_t>(*value);
  return static_cast<uint16_t>(*value);
}

}  // namespace

Result<PixelLayout> read_pixel_layout(DcmDataset& data) {
  PixelLayout layout;
  SLAVA_TRY(layout.rows, required(data, DCM_Rows, "Rows", 1, 65535));
  SLAVA_TRY(layout.columns, required(data, DCM_Columns, "Columns", 1, 65535));
  SLAVA_TRY_STATUS(check_size(layout.columns, layout.rows));
  SLAVA_TRY_STATUS(check_one_grey_frame(data));
  const std::string photometric = text_of(data, DCM_PhotometricInterpretation);
  if (photometric != "MONOCHROME1" && photometric != "MONOCHROME2") {
    return fail(ErrorKind::kInput,
                cat("PhotometricInterpretation is ", photometric.empty() ? "missing" : photometric,
                    "; expected MONOCHROME1 or MONOCHROME2"));
  }
  layout.is_monochrome1 = photometric == "MONOCHROME1";
  SLAVA_TRY(layout.bits_allocated, required(data, DCM_BitsAllocated, "BitsAllocated", 8, 16));
  if (layout.bits_allocated % 8 != 0) {
    return fail(ErrorKind::kInput,
                cat("BitsAllocated is ", layout.bits_allocated, "; expected 8 or 16"));
  }
  SLAVA_TRY(layout.bits_stored,
            required(data, DCM_BitsStored, "BitsStored", 2, layout.bits_allocated));
  SLAVA_TRY(layout.high_bit, required(data, DCM_HighBit, "HighBit", layout.bits_stored - 1,
                                      layout.bits_allocated - 1));
  layout.is_signed = integer_of(data, DCM_PixelRepresentation).value_or(0) == 1;
  return layout;
}

Result<std::vector<int32_t>> stored_pixels(DcmDataset& data, const PixelLayout& layout) {
  const auto count = static_cast<size_t>(layout.rows) * static_cast<size_t>(layout.columns);
  DcmElement* element = nullptr;
  if (data.findAndGetElement(DCM_PixelData, element).bad() || element == nullptr) {
    return fail(ErrorKind::kInput, "there is no PixelData; expected a film");
  }
  const size_t expected = count * static_cast<size_t>(layout.bits_allocated) / 8;
  if (element->getLength() < expected) {
    return fail(ErrorKind::kInput, cat("the pixel data is truncated: ", element->getLength(),
                                       " bytes; Rows x Columns "
                                       "need ",
                                       expected, "; copy or export the file again"));
  }
  const Uint8* bytes = nullptr;
  const Uint16* words = nullptr;
  Uint16* word_pointer = nullptr;
  Uint8* byte_pointer = nullptr;
  // DCMTK holds 8-bit pixels as bytes (OB) or in words (OW); asked for the other kind it refuses.
  if (element->getUint16Array(word_pointer).good() && word_pointer != nullptr) {
    words = word_pointer;
  } else if (element->getUint8Array(byte_pointer).good() && byte_pointer != nullptr) {
    bytes = byte_pointer;
  } else {
    return fail(ErrorKind::kInput, "the pixel data cannot be read; expected OB or OW");
  }
  // In memory words are in the machine's order, so that two 8-bit pixels of a word are its low and
  // high byte (PS3.5 section 8.1.1, little endian).
  const auto at = [&](size_t i) -> uint32_t {
    if (layout.bits_allocated == 8) {
      return bytes != nullptr ? bytes[i] : (words[i / 2] >> (i % 2 * 8)) & 0xffu;
    }
    return words != nullptr ? words[i]
                            : bytes[2 * i] | static_cast<uint32_t>(bytes[2 * i + 1]) << 8;
  };
  const int shift = layout.high_bit + 1 - layout.bits_stored;
  const uint32_t mask = (1u << layout.bits_stored) - 1;
  const uint32_t sign = layout.is_signed ? 1u << (layout.bits_stored - 1) : 0;
  std::vector<int32_t> stored(count);
  for (size_t i = 0; i < count; ++i) {
    const uint32_t value = at(i) >> shift & mask;
    stored[i] = static_cast<int32_t>(value ^ sign) - static_cast<int32_t>(sign);
  }
  return stored;
}

std::vector<bool> padding_mask(DcmDataset& data, const PixelLayout& layout,
                               const std::vector<int32_t>& stored) {
  const auto value = stored_value_of(data, DCM_PixelPaddingValue, layout);
  if (!value) return {};
  const auto limit = stored_value_of(data, DCM_PixelPaddingRangeLimit, layout).value_or(*value);
  const auto [low, high] = std::minmax(*value, limit);
  std::vector<bool> mask(stored.size());
  size_t padded = 0;
  for (size_t i = 0; i < stored.size(); ++i) {
    mask[i] = stored[i] >= low && stored[i] <= high;
    padded += mask[i] ? 1 : 0;
  }
  if (padded == 0 || padded == stored.size()) return {};
  return mask;
}

}  // namespace slava
