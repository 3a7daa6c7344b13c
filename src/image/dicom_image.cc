#include "image/dicom_image.h"

#include <dcmtk/dcmimgle/dcmimage.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/log.h"
#include "base/strings.h"
#include "dicom/data_set.h"
#include "dicom/header.h"
#include "image/display.h"
#include "image/stored_pixels.h"

namespace slava {
namespace {

constexpr std::array<std::string_view, 11> kDecodedSyntaxes{
    "1.2.840.10008.1.2",       // implicit VR little endian
    "1.2.840.10008.1.2.1",     // explicit VR little endian
    "1.2.840.10008.1.2.1.99",  // deflated
    "1.2.840.10008.1.2.2",     // explicit VR big endian
    "1.2.840.10008.1.2.5",     // RLE
    "1.2.840.10008.1.2.4.50",  // JPEG baseline
    "1.2.840.10008.1.2.4.51",  // JPEG extended
    "1.2.840.10008.1.2.4.57",  // JPEG lossless
    "1.2.840.10008.1.2.4.70",  // JPEG lossless SV1
    "1.2.840.10008.1.2.4.80",  // JPEG-LS lossless
    "1.2.840.10008.1.2.4.81",  // JPEG-LS near-lossless
};

Status check_syntax(const std::string& uid) {
  const auto& known = kDecodedSyntaxes;
  // Without a meta header there is none; then the data set is not compressed.
  if (uid.empty() || std::find(known.begin(), known.end(), uid) != known.end()) return {};
  return fail(ErrorKind::kInput,
              cat("transfer syntax ", name_of_uid(uid), " (", uid,
                  ") is not read; expected uncompressed, RLE, JPEG or JPEG-LS: convert the file, "
                  "for example to JPEG lossless"));
}

// Values after the modality LUT in whatever type dcmimgle chose for them.
Result<std::vector<float>> values_by_lut(const DicomImage& dicom, size_t count) {
  const DiPixel* pixels = dicom.getInterData();
  if (pixels == nullptr || pixels->getData() == nullptr || pixels->getCount() < count) {
    return fail(ErrorKind::kInput, "the Modality LUT Sequence cannot be applied");
  }
  const auto copy = [&]<typename T>(const T* from) {
    return std::vector<float>(from, from + count);
  };
  switch (pixels->getRepresentation()) {
    case EPR_Uint8:
      return copy(static_cast<const Uint8*>(pixels->getData()));
    case EPR_Sint8:
      return copy(static_cast<const Sint8*>(pixels->getData()));
    case EPR_Uint16:
      return copy(static_cast<const Uint16*>(pixels->getData()));
    case EPR_Sint16:
      return copy(static_cast<const Sint16*>(pixels->getData()));
    case EPR_Uint32:
      return copy(static_cast<const Uint32*>(pixels->getData()));
    case EPR_Sint32:
      return copy(static_cast<const Sint32*>(pixels->getData()));
  }
  return fail(ErrorKind::kInternal, "dcmimgle returned pixels of a type that is not known");
}

// Computed here, as dcmimgle's integers would drop the fraction of a slope such as 0.01.
std::vector<float> values_by_rescale(DcmDataset& data, const std::vector<int32_t>& stored) {
  const auto slopes = numbers_of(data, DCM_RescaleSlope);
  const auto intercepts = numbers_of(data, DCM_RescaleIntercept);
  double slope = slopes.empty() ? 1.0 : slopes[0];
  const double intercept = intercepts.empty() ? 0.0 : intercepts[0];
  if (slope == 0.0) slope = 1.0;
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

// True when the file brings a VOI LUT or a window that can be used.
bool choose_window(DicomImage& dicom) {
  if (dicom.getVoiLutCount() > 0 && dicom.setVoiLut(0)) return true;
  return dicom.getWindowCount() > 0 && dicom.setWindow(0);
}

bool is_constant(const std::vector<uint8_t>& pixels) {
  return std::adjacent_find(pixels.begin(), pixels.end(), std::not_equal_to<>()) == pixels.end();
}

GrayImage display_of(DicomImage& dicom, const Image& image) {
  if (choose_window(dicom)) {
    const auto* grey = static_cast<const uint8_t*>(dicom.getOutputData(8));
    if (grey != nullptr) {
      GrayImage display{image.width, image.height,
                        std::vector<uint8_t>(grey, grey + image.values.size())};
      if (!is_constant(display.pixels)) return display;
      log_debug("the file's window leaves one grey; minimum and maximum are shown instead");
    }
  }
  return display_by_range(image.width, image.height, image.values, image.low_is_white);
}

// True when small values are bright. PresentationLUTShape says once more what
// PhotometricInterpretation says: INVERSE goes with MONOCHROME1. Files that contradict themselves
// exist: INVERSE is then believed, as viewers do, and IDENTITY, which converters write by default,
// is not; it is taken out, so that dcmimgle does not follow it.
bool settle_polarity(DcmDataset& data, const PixelLayout& layout,
                     const std::filesystem::path& path) {
  const std::string shape = text_of(data, DCM_PresentationLUTShape);
  const bool inverse = shape == "INVERSE";
  if (!shape.empty() && inverse != layout.is_monochrome1) {
    log_warning(cat(path.string(), ": PresentationLUTShape ", shape, " contradicts ",
                    layout.is_monochrome1 ? "MONOCHROME1" : "MONOCHROME2",
                    "; small values are taken as bright"));
    if (!inverse) data.findAndDeleteElement(DCM_PresentationLUTShape);
  }
  return layout.is_monochrome1 || inverse;
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

Result<Image> image_of(DcmFileFormat& file, const std::filesystem::path& path) {
  DcmDataset& data = *file.getDataset();
  SLAVA_TRY_STATUS(check_syntax(transfer_syntax_uid(file)));
  SLAVA_TRY(const PixelLayout layout, read_pixel_layout(data));
  const OFCondition decoded = data.chooseRepresentation(EXS_LittleEndianExplicit, nullptr);
  if (decoded.bad()) {
    return fail(ErrorKind::kInput, cat("the pixel data cannot be decoded (", decoded.text(),
                                       "): it is damaged or truncated; export the file again"));
  }
  SLAVA_TRY(const std::vector<int32_t> stored, stored_pixels(data, layout));

  const bool low_is_white = settle_polarity(data, layout, path);
  DicomImage dicom(&data, EXS_LittleEndianExplicit);
  if (dicom.getStatus() != EIS_Normal) {
    return fail(ErrorKind::kInput, cat("the pixels cannot be interpreted (",
                                       DicomImage::getString(dicom.getStatus()), ")"));
  }
  dicom.hideAllOverlays();

  Image image;
  image.width = layout.columns;
  image.height = layout.rows;
  image.bits_stored = layout.bits_stored;
  image.low_is_white = low_is_white;
  if (has_value(data, DCM_ModalityLUTSequence)) {
    SLAVA_TRY(image.values, values_by_lut(dicom, stored.size()));
  } else {
    image.values = values_by_rescale(data, stored);
  }
  fill_padding(padding_mask(data, layout, stored), image.low_is_white, image.values);
  image.display = display_of(dicom, image);
  image.pixel_spacing_mm = spacing_of(data);
  image.pixel_aspect = pixel_aspect_of(data, image.pixel_spacing_mm);
  return image;
}

}  // namespace

Result<Image> load_dicom_image(const std::filesystem::path& path) {
  SLAVA_TRY(const auto file, load_data_set(path, LoadDepth::kAll));
  auto image = image_of(*file, path);
  if (!image) return fail(image.error().in(path.string()));
  return image;
}

}  // namespace slava
