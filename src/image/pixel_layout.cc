#include "image/pixel_layout.h"

#include <algorithm>
#include <array>

#include "base/strings.h"
#include "image/picture.h"

namespace slava {
namespace {

struct PhotometricName {
  std::string_view name;
  Photometric photometric;
  int samples;
};

// JPEG 2000 decoders turn YBR_RCT and YBR_ICT into RGB (PS3.5 8.2.4).
constexpr std::array<PhotometricName, 8> kPhotometricNames{{
    {"MONOCHROME1", Photometric::kMonochrome1, 1},
    {"MONOCHROME2", Photometric::kMonochrome2, 1},
    {"PALETTE COLOR", Photometric::kPalette, 1},
    {"RGB", Photometric::kRgb, 3},
    {"YBR_FULL", Photometric::kYbrFull, 3},
    {"YBR_FULL_422", Photometric::kYbrFull422, 3},
    {"YBR_RCT", Photometric::kRgb, 3},
    {"YBR_ICT", Photometric::kRgb, 3},
}};

Result<int> required(DcmDataset& data, const DcmTagKey& tag, const char* keyword, long low,
                     long high) {
  const auto value = integer_of(data, tag);
  if (value && *value >= low && *value <= high) return static_cast<int>(*value);
  return fail(ErrorKind::kInput, cat(keyword, " is ", value ? std::to_string(*value) : "missing",
                                     "; expected ", low, " to ", high));
}

Status check_one_frame(DcmDataset& data) {
  const long frames = integer_of(data, DCM_NumberOfFrames).value_or(1);
  if (frames > 1) {
    return fail(ErrorKind::kInput,
                cat("NumberOfFrames is ", frames, "; expected a radiograph of one frame"));
  }
  return {};
}

// Of DICOM's other names (PS3.3 C.7.6.3.1.2), and of anything else only that it is none: a text in
// the wrong place may name a patient.
std::string_view unread_name(const std::string& name) {
  constexpr std::array<std::string_view, 7> kUnread{
      "HSV", "ARGB", "CMYK", "YBR_PARTIAL_420", "YBR_PARTIAL_422", "YBR_FULL_420", "XYB"};
  const auto known = std::find(kUnread.begin(), kUnread.end(), name);
  if (known != kUnread.end()) return *known;
  return name.empty() ? "missing" : "none of DICOM's";
}

Status read_photometric(DcmDataset& data, PixelLayout& layout) {
  const std::string name = text_of(data, DCM_PhotometricInterpretation);
  for (const PhotometricName& known : kPhotometricNames) {
    if (name != known.name) continue;
    if (layout.samples_per_pixel != known.samples) {
      return fail(ErrorKind::kInput, cat("SamplesPerPixel is ", layout.samples_per_pixel, "; ",
                                         name, " has ", known.samples));
    }
    layout.photometric = known.photometric;
    return {};
  }
  return fail(ErrorKind::kInput,
              cat("PhotometricInterpretation is ", unread_name(name),
                  "; expected MONOCHROME1, MONOCHROME2, PALETTE COLOR, RGB or YBR_FULL"));
}

}  // namespace

Result<PixelLayout> read_pixel_layout(DcmDataset& data) {
  PixelLayout layout;
  SLAVA_TRY(layout.rows, required(data, DCM_Rows, "Rows", 1, 65535));
  SLAVA_TRY(layout.columns, required(data, DCM_Columns, "Columns", 1, 65535));
  SLAVA_TRY_STATUS(check_size(layout.columns, layout.rows));
  SLAVA_TRY_STATUS(check_one_frame(data));
  SLAVA_TRY(layout.samples_per_pixel, required(data, DCM_SamplesPerPixel, "SamplesPerPixel", 1, 3));
  SLAVA_TRY_STATUS(read_photometric(data, layout));
  SLAVA_TRY(layout.bits_allocated, required(data, DCM_BitsAllocated, "BitsAllocated", 8, 16));
  if (layout.bits_allocated % 8 != 0) {
    return fail(ErrorKind::kInput,
                cat("BitsAllocated is ", layout.bits_allocated, "; expected 8 or 16"));
  }
  SLAVA_TRY(layout.bits_stored,
            required(data, DCM_BitsStored, "BitsStored", 2, layout.bits_allocated));
  SLAVA_TRY(layout.high_bit, required(data, DCM_HighBit, "HighBit", layout.bits_stored - 1,
                                      layout.bits_allocated - 1));
  SLAVA_TRY(const int representation,
            required(data, DCM_PixelRepresentation, "PixelRepresentation", 0, 1));
  layout.is_signed = representation == 1;
  layout.is_planar =
      layout.samples_per_pixel > 1 && integer_of(data, DCM_PlanarConfiguration).value_or(0) == 1;
  if (layout.is_signed && layout.samples_per_pixel > 1) {
    return fail(ErrorKind::kInput,
                "PixelRepresentation is 1 (signed); colour has unsigned samples");
  }
  return layout;
}

}  // namespace slava
