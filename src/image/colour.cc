#include "image/colour.h"

#include <algorithm>
#include <cmath>

#include "base/strings.h"
#include "image/lookup_table.h"

namespace slava {
namespace {

// Counts the pixels whose channels differ by more than an eighth of the range.
class ColourCheck {
 public:
  explicit ColourCheck(int bits) : tolerance_(std::max(1, (1 << bits) / 8)) {}

  void see(double r, double g, double b) {
    if (std::max({r, g, b}) - std::min({r, g, b}) > tolerance_) ++coloured_;
  }

  Status result(size_t pixels) const {
    constexpr size_t kColouredPixelsPercent = 10;
    if (coloured_ * 100 <= pixels * kColouredPixelsPercent) return {};
    return fail(ErrorKind::kInput, cat("a colour picture (", coloured_ * 100 / pixels,
                                       "% of its pixels are not grey); expected a radiograph"));
  }

 private:
  double tolerance_;
  size_t coloured_ = 0;
};

template <typename T>
Result<std::vector<float>> luminance(const std::vector<T>& rgb, int bits) {
  std::vector<float> grey(rgb.size() / 3);
  ColourCheck check(bits);
  for (size_t i = 0; i < grey.size(); ++i) {
    const double r = rgb[3 * i], g = rgb[3 * i + 1], b = rgb[3 * i + 2];
    check.see(r, g, b);
    grey[i] = static_cast<float>(std::floor((299 * r + 587 * g + 114 * b) / 1000 + 0.5));
  }
  SLAVA_TRY_STATUS(check.result(grey.size()));
  return grey;
}

// PS3.3 C.7.6.3.1.2: the first sample is the luminance.
Result<std::vector<float>> luminance_of_ybr(const std::vector<int32_t>& ybr, int bits) {
  const double half = 1 << (bits - 1);
  std::vector<float> grey(ybr.size() / 3);
  ColourCheck check(bits);
  for (size_t i = 0; i < grey.size(); ++i) {
    const double y = ybr[3 * i], cb = ybr[3 * i + 1] - half, cr = ybr[3 * i + 2] - half;
    check.see(y + 1.402 * cr, y - 0.344136 * cb - 0.714136 * cr, y + 1.772 * cb);
    grey[i] = static_cast<float>(y);
  }
  SLAVA_TRY_STATUS(check.result(grey.size()));
  return grey;
}

Result<GreySamples> grey_of_palette(DcmDataset& data, const StoredPixels& stored) {
  if (data.tagExists(DCM_SegmentedRedPaletteColorLookupTableData)) {
    return fail(ErrorKind::kInput, "the palette is segmented; convert the film to MONOCHROME2");
  }
  const bool is_signed = stored.layout.is_signed;
  SLAVA_TRY(const LookupTable red,
            read_lookup_table(data, DCM_RedPaletteColorLookupTableDescriptor,
                              DCM_RedPaletteColorLookupTableData, is_signed));
  SLAVA_TRY(const LookupTable green,
            read_lookup_table(data, DCM_GreenPaletteColorLookupTableDescriptor,
                              DCM_GreenPaletteColorLookupTableData, is_signed));
  SLAVA_TRY(const LookupTable blue,
            read_lookup_table(data, DCM_BluePaletteColorLookupTableDescriptor,
                              DCM_BluePaletteColorLookupTableData, is_signed));
  // Entries of 8 bit that fill the word are tables of 16 bit with the wrong descriptor; such exist.
  int bits = red.bits <= 8 ? 8 : 16;
  for (const LookupTable* table : {&red, &green, &blue}) {
    if (*std::max_element(table->entries.begin(), table->entries.end()) > 255) bits = 16;
  }
  std::vector<uint16_t> rgb;
  rgb.reserve(3 * stored.values.size());
  for (const int32_t value : stored.values) {
    for (const LookupTable* table : {&red, &green, &blue}) rgb.push_back(table->at(value));
  }
  SLAVA_TRY(std::vector<float> grey, luminance(rgb, bits));
  return GreySamples{std::move(grey), bits};
}

}  // namespace

Result<std::vector<float>> grey_of_rgb(const std::vector<uint16_t>& rgb, int bits) {
  return luminance(rgb, bits);
}

Result<GreySamples> grey_of_colour(DcmDataset& data, const StoredPixels& stored) {
  const PixelLayout& layout = stored.layout;
  if (layout.photometric == Photometric::kPalette) return grey_of_palette(data, stored);
  const int bits = layout.bits_stored;
  auto grey = layout.photometric == Photometric::kYbrFull ? luminance_of_ybr(stored.values, bits)
                                                          : luminance(stored.values, bits);
  if (!grey) return fail(grey.error());
  return GreySamples{*std::move(grey), bits};
}

}  // namespace slava
