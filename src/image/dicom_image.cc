#include "image/dicom_image.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/log.h"
#include "base/strings.h"
#include "dicom/data_set.h"
#include "image/colour.h"
#include "image/display.h"
#include "image/lookup_table.h"
#include "image/stored_pixels.h"

namespace slava {
namespace {

Result<std::vector<float>> values_by_rescale(DcmDataset& data, const std::vector<int32_t>& stored) {
  const auto slopes = numbers_of(data, DCM_RescaleSlope);
  const auto intercepts = numbers_of(data, DCM_RescaleIntercept);
  double slope = slopes.empty() ? 1.0 : slopes[0];
  const double intercept = intercepts.empty() ? 0.0 : intercepts[0];
  if (slope == 0.0) slope = 1.0;
  // What a float still holds with room; real ones are around 1.
  constexpr double kLargest = 1e30;
  if (std::abs(slope) > kLargest || std::abs(intercept) > kLargest) {
    return fail(ErrorKind::kInput, cat("RescaleSlope is ", slope, ", RescaleIntercept ", intercept,
                                       "; expected numbers of a radiograph"));
  }
  std::vector<float> values(stored.size());
  std::transform(stored.begin(), stored.end(), values.begin(),
                 [&](int32_t value) { return static_cast<float>(value * slope + intercept); });
  return values;
}

// Background beside the collimated field would otherwise set minimum or maximum.
void fill_padding(const std::vector<bool>& mask, bool low_is_white, std::vector<float>& values) {
  if (mask.empty()) return;
  bool found = false;
  float darkest = 0;
  for (size_t i = 0; i < values.size(); ++i) {
    if (mask[i]) continue;
    if (!found || (low_is_white ? values[i] > darkest : values[i] < darkest)) darkest = values[i];
    found = true;
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (mask[i]) values[i] = darkest;
  }
}

bool is_constant(const std::vector<uint8_t>& pixels) {
  return std::adjacent_find(pixels.begin(), pixels.end(), std::not_equal_to<>()) == pixels.end();
}

// Modality values below zero are what makes a table's first value signed.
std::optional<GrayImage> display_by_file(DcmDataset& data, const Image& image,
                                         const std::string& name) {
  const bool has_negative =
      std::any_of(image.values.begin(), image.values.end(), [](float value) { return value < 0; });
  const auto table = read_table_sequence(data, DCM_VOILUTSequence, has_negative);
  if (!table) log_warning(cat(name, ": the VOI LUT is not used: ", table.error().message));
  if (table && *table) {
    return display_by_table(image.width, image.height, image.values, image.low_is_white, **table);
  }
  const std::optional<Window> window = read_window(data);
  if (!window) return std::nullopt;
  return display_by_window(image.width, image.height, image.values, image.low_is_white, *window);
}

GrayImage display_of(DcmDataset& data, const Image& image, const std::string& name) {
  std::optional<GrayImage> display = display_by_file(data, image, name);
  if (display && !is_constant(display->pixels)) return *std::move(display);
  if (display) {
    log_debug("the file's window leaves one grey; minimum and maximum are shown instead");
  }
  return display_by_range(image.width, image.height, image.values, image.low_is_white);
}

// True when small values are bright. PresentationLUTShape says once more what
// PhotometricInterpretation says: INVERSE goes with MONOCHROME1. Files that contradict themselves
// exist: INVERSE is then believed, as viewers do, and IDENTITY, which converters write by default,
// is not.
bool low_is_white(DcmDataset& data, const PixelLayout& layout, const std::string& name) {
  const bool is_monochrome1 = layout.photometric == Photometric::kMonochrome1;
  const std::string shape = text_of(data, DCM_PresentationLUTShape);
  const bool inverse = shape == "INVERSE";
  if ((shape == "INVERSE" && !is_monochrome1) || (shape == "IDENTITY" && is_monochrome1)) {
    log_warning(cat(name, ": PresentationLUTShape ", shape, " contradicts ",
                    is_monochrome1 ? "MONOCHROME1" : "MONOCHROME2",
                    "; small values are taken as bright"));
  }
  return is_monochrome1 || inverse;
}

std::optional<std::array<double, 2>> spacing_of(DcmDataset& data) {
  for (const DcmTagKey& tag : {DCM_PixelSpacing, DCM_ImagerPixelSpacing}) {
    const std::vector<double> spacing = numbers_of(data, tag);
    if (spacing.size() == 2 && spacing[0] > 0 && spacing[1] > 0) {
      return std::array<double, 2>{spacing[0], spacing[1]};
    }
  }
  return std::nullopt;
}

double pixel_aspect_of(DcmDataset& data, const std::optional<std::array<double, 2>>& spacing_mm) {
  const std::vector<double> ratio = numbers_of(data, DCM_PixelAspectRatio);
  double aspect = 1.0;
  if (ratio.size() == 2 && ratio[0] > 0 && ratio[1] > 0) {
    aspect = ratio[0] / ratio[1];
  } else if (spacing_mm) {
    aspect = (*spacing_mm)[0] / (*spacing_mm)[1];
  }
  constexpr double kMostElongated = 10.0;
  return aspect > kMostElongated || aspect < 1.0 / kMostElongated ? 1.0 : aspect;
}

Result<std::vector<float>> modality_values(DcmDataset& data, const StoredPixels& stored) {
  SLAVA_TRY(const auto table,
            read_table_sequence(data, DCM_ModalityLUTSequence, stored.layout.is_signed));
  if (!table) return values_by_rescale(data, stored.values);
  std::vector<float> values(stored.values.size());
  std::transform(stored.values.begin(), stored.values.end(), values.begin(),
                 [&](int32_t value) { return static_cast<float>(table->at(value)); });
  return values;
}

Status set_grey(DcmDataset& data, const StoredPixels& stored, const std::string& name,
                Image& image) {
  image.bits_stored = stored.layout.bits_stored;
  image.low_is_white = low_is_white(data, stored.layout, name);
  SLAVA_TRY(image.values, modality_values(data, stored));
  fill_padding(padding_mask(data, stored), image.low_is_white, image.values);
  image.display = display_of(data, image, name);
  return {};
}

// Windows are for grey films alone (PS3.3 C.11.2.1.2): colour of 8 bit is shown as it is.
Status set_grey_of_colour(DcmDataset& data, const StoredPixels& stored, Image& image) {
  SLAVA_TRY(GreySamples grey, grey_of_colour(data, stored));
  image.bits_stored = grey.bits;
  image.values = std::move(grey.values);
  image.display =
      grey.bits == 8
          ? GrayImage{image.width, image.height, {image.values.begin(), image.values.end()}}
          : display_by_range(image.width, image.height, image.values, false);
  return {};
}

Result<Image> image_of(DcmFileFormat& file, const std::string& name) {
  DcmDataset& data = *file.getDataset();
  SLAVA_TRY(const StoredPixels stored, decode_stored_pixels(data, transfer_syntax_uid(file)));
  Image image;
  image.width = stored.layout.columns;
  image.height = stored.layout.rows;
  SLAVA_TRY_STATUS(stored.layout.is_grey() ? set_grey(data, stored, name, image)
                                           : set_grey_of_colour(data, stored, image));
  image.pixel_spacing_mm = spacing_of(data);
  image.pixel_aspect = pixel_aspect_of(data, image.pixel_spacing_mm);
  return image;
}

}  // namespace

Result<Image> decode_dicom_image(std::string_view bytes, const std::string& name) {
  SLAVA_TRY(const auto file, parse_data_set(bytes, name, LoadDepth::kAll));
  auto image = image_of(*file, name);
  if (!image) return fail(image.error().in(name));
  return image;
}

}  // namespace slava
