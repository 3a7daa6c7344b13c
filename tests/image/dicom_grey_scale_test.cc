// From stored values to what a radiologist sees: photometric meaning, lookup tables, windows,
// overlays and padding.
#include <algorithm>
#include <cmath>

#include "image/load_dicom_fixture.h"

namespace slava {
namespace {

using testing::DicomFilm;
using testing::stored_of;

TEST_F(LoadDicom, Monochrome1KeepsItsValuesAndIsInvertedOnceForDisplay) {
  DicomFilm film;
  film.photometric = "MONOCHROME1";
  const Image image = load(film);
  EXPECT_TRUE(image.low_is_white);
  EXPECT_EQ(image.values, as_floats(stored_of(film)));
  EXPECT_EQ(image.display.pixels.front(), 255);
  EXPECT_EQ(image.display.pixels.back(), 0);
}

TEST_F(LoadDicom, Monochrome1WithAWindowIsInvertedOnce) {
  DicomFilm film;
  film.photometric = "MONOCHROME1";
  film.edit = [](DcmDataset& data) {
    testing::put(data, DCM_WindowCenter, "2048");
    testing::put(data, DCM_WindowWidth, "4096");
    testing::put(data, DCM_PresentationLUTShape, "INVERSE");
  };
  const Image image = load(film);
  EXPECT_EQ(image.display.pixels.front(), 255);
  EXPECT_EQ(image.display.pixels.back(), 0);
}

TEST_F(LoadDicom, Monochrome2WithInverseShapeSaysOfBothThatSmallIsBright) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) {
    testing::put(data, DCM_PresentationLUTShape, "INVERSE");
    testing::put(data, DCM_WindowCenter, "2048");
    testing::put(data, DCM_WindowWidth, "4096");
  };
  const Image image = load(film);
  EXPECT_TRUE(image.low_is_white);
  EXPECT_EQ(image.display.pixels.front(), 255);
  EXPECT_EQ(image.display.pixels.back(), 0);
}

TEST_F(LoadDicom, Monochrome1WithIdentityShapeIsStillBrightWhereSmall) {
  DicomFilm film;
  film.photometric = "MONOCHROME1";
  film.edit = [](DcmDataset& data) {
    testing::put(data, DCM_PresentationLUTShape, "IDENTITY");
    testing::put(data, DCM_WindowCenter, "2048");
    testing::put(data, DCM_WindowWidth, "4096");
  };
  const Image image = load(film);
  EXPECT_TRUE(image.low_is_white);
  EXPECT_EQ(image.display.pixels.front(), 255);
  EXPECT_EQ(image.display.pixels.back(), 0);
}

// PS3.3 C.11.2.1.2.1.
int linear_window(double value, double center, double width) {
  const double x = (value - (center - 0.5)) / (width - 1) + 0.5;
  return static_cast<int>(std::lround(std::clamp(x, 0.0, 1.0) * 255));
}

TEST_F(LoadDicom, AppliesTheFirstOfSeveralWindows) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) {
    testing::put(data, DCM_WindowCenter, "1500\\2048");
    testing::put(data, DCM_WindowWidth, "1000\\4096");
  };
  const Image image = load(film);
  const std::vector<int32_t> stored = stored_of(film);
  for (size_t i = 0; i < stored.size(); ++i) {
    ASSERT_NEAR(image.display.pixels[i], linear_window(stored[i], 1500, 1000), 1.01) << stored[i];
  }
  EXPECT_EQ(image.values, as_floats(stored));
}

TEST_F(LoadDicom, AppliesASigmoid) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) {
    testing::put(data, DCM_WindowCenter, "2000");
    testing::put(data, DCM_WindowWidth, "1500");
    testing::put(data, DCM_VOILUTFunction, "SIGMOID");
  };
  const Image image = load(film);
  const std::vector<int32_t> stored = stored_of(film);
  for (size_t i = 0; i < stored.size(); ++i) {
    // PS3.3 C.11.2.1.3.1.
    const double grey = 255.0 / (1.0 + std::exp(-4.0 * (stored[i] - 2000.0) / 1500.0));
    // dcmimgle stretches the curve to the full range at both ends.
    ASSERT_NEAR(image.display.pixels[i], grey, 3.0) << stored[i];
  }
}

TEST_F(LoadDicom, AWindowThatShowsNothingGivesWayToMinimumAndMaximum) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) {
    testing::put(data, DCM_WindowCenter, "60000");
    testing::put(data, DCM_WindowWidth, "10");
  };
  const Image image = load(film);
  EXPECT_EQ(image.display.pixels.front(), 0);
  EXPECT_EQ(image.display.pixels.back(), 255);
}

void add_lut(DcmDataset& data, const DcmTagKey& sequence, const std::vector<Uint16>& entries,
             Uint16 first, Uint16 bits) {
  DcmItem* item = nullptr;
  ASSERT_TRUE(data.findOrCreateSequenceItem(sequence, item, -2).good());
  const Uint16 descriptor[] = {static_cast<Uint16>(entries.size()), first, bits};
  ASSERT_TRUE(
      item->putAndInsertUint16Array(DcmTag(DCM_LUTDescriptor, EVR_US), descriptor, 3).good());
  ASSERT_TRUE(
      item->putAndInsertUint16Array(DcmTag(DCM_LUTData, EVR_US), entries.data(), entries.size())
          .good());
  ASSERT_TRUE(item->putAndInsertString(DCM_ModalityLUTType, "US").good());
}

TEST_F(LoadDicom, AppliesAVoiLut) {
  DicomFilm film;
  film.bits_stored = 8;
  film.bits_allocated = 8;
  film.edit = [](DcmDataset& data) {
    std::vector<Uint16> falling;
    for (int i = 0; i < 256; ++i) falling.push_back(static_cast<Uint16>(255 - i));
    add_lut(data, DCM_VOILUTSequence, falling, 0, 8);
  };
  const Image image = load(film);
  EXPECT_EQ(image.values, as_floats(stored_of(film)));
  const std::vector<int32_t> stored = stored_of(film);
  for (size_t i = 0; i < stored.size(); ++i) {
    ASSERT_NEAR(image.display.pixels[i], 255 - stored[i], 1);
  }
}

TEST_F(LoadDicom, AppliesAModalityLutToTheValues) {
  DicomFilm film;
  film.bits_stored = 8;
  film.edit = [](DcmDataset& data) {
    std::vector<Uint16> squares;
    for (int i = 0; i < 256; ++i) squares.push_back(static_cast<Uint16>(i * i));
    add_lut(data, DCM_ModalityLUTSequence, squares, 0, 16);
  };
  const Image image = load(film);
  const std::vector<int32_t> stored = stored_of(film);
  for (size_t i = 0; i < stored.size(); ++i) {
    ASSERT_EQ(image.values[i], static_cast<float>(stored[i] * stored[i]));
  }
}

TEST_F(LoadDicom, AppliesAFallingRescale) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) {
    testing::put(data, DCM_RescaleSlope, "-1");
    testing::put(data, DCM_RescaleIntercept, "4095");
  };
  const Image image = load(film);
  const std::vector<int32_t> stored = stored_of(film);
  for (size_t i = 0; i < stored.size(); ++i) ASSERT_EQ(image.values[i], 4095.0f - stored[i]);
  EXPECT_EQ(image.display.pixels.front(), 255);
  EXPECT_EQ(image.display.pixels.back(), 0);
}

TEST_F(LoadDicom, KeepsTheFractionsOfASmallSlope) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) {
    testing::put(data, DCM_RescaleSlope, "0.001");
    testing::put(data, DCM_RescaleIntercept, "-1.5");
  };
  const Image image = load(film);
  EXPECT_FLOAT_EQ(image.values.front(), -1.5f);
  EXPECT_FLOAT_EQ(image.values.back(), 2.595f);
  EXPECT_GT(std::count_if(image.values.begin(), image.values.end(),
                          [](float value) { return value != std::floor(value); }),
            400);
}

TEST_F(LoadDicom, HidesOverlays) {
  DicomFilm film;
  film.rows = 16;
  film.columns = 16;
  const Image plain = load(film);
  film.edit = [](DcmDataset& data) {
    testing::put_number(data, DcmTagKey(0x6000, 0x0010), 16);
    testing::put_number(data, DcmTagKey(0x6000, 0x0011), 16);
    testing::put(data, DcmTagKey(0x6000, 0x0040), "G");
    const Sint16 origin[] = {1, 1};
    ASSERT_TRUE(data.putAndInsertSint16Array(DcmTagKey(0x6000, 0x0050), origin, 2).good());
    testing::put_number(data, DcmTagKey(0x6000, 0x0100), 1);
    testing::put_number(data, DcmTagKey(0x6000, 0x0102), 0);
    const std::vector<Uint16> all_set(16, 0xffff);
    ASSERT_TRUE(
        data.putAndInsertUint16Array(DcmTag(0x6000, 0x3000, EVR_OW), all_set.data(), 16).good());
    testing::put(data, DCM_WindowCenter, "2048");
    testing::put(data, DCM_WindowWidth, "4096");
  };
  const Image image = load(film);
  EXPECT_EQ(image.values, plain.values);
  for (size_t i = 0; i < plain.display.pixels.size(); ++i) {
    ASSERT_NEAR(image.display.pixels[i], plain.display.pixels[i], 1);
  }
}

TEST_F(LoadDicom, KeepsPaddingOutOfTheRange) {
  DicomFilm film;
  film.stored = std::vector<int32_t>(static_cast<size_t>(film.rows * film.columns), 1000);
  film.stored[0] = 4095;
  film.stored[1] = 2000;
  film.edit = [](DcmDataset& data) {
    ASSERT_TRUE(data.putAndInsertUint16(DcmTag(DCM_PixelPaddingValue, EVR_US), 4095).good());
  };
  Image image = load(film);
  EXPECT_EQ(image.values[0], 1000);
  EXPECT_EQ(image.display.pixels[0], 0);
  EXPECT_EQ(image.display.pixels[1], 255);

  film.photometric = "MONOCHROME1";
  image = load(film);
  EXPECT_EQ(image.values[0], 2000) << "dark is large in MONOCHROME1";
}

TEST_F(LoadDicom, KeepsASignedPaddingRangeOutOfTheRange) {
  DicomFilm film;
  film.is_signed = true;
  film.bits_stored = 16;
  film.stored = std::vector<int32_t>(static_cast<size_t>(film.rows * film.columns), 100);
  film.stored[0] = -2000;
  film.stored[1] = -1990;
  film.stored[2] = -500;
  film.edit = [](DcmDataset& data) {
    ASSERT_TRUE(data.putAndInsertSint16(DcmTag(DCM_PixelPaddingValue, EVR_SS), -2000).good());
    ASSERT_TRUE(data.putAndInsertSint16(DcmTag(DCM_PixelPaddingRangeLimit, EVR_SS), -1980).good());
  };
  const Image image = load(film);
  EXPECT_EQ(image.values[0], -500);
  EXPECT_EQ(image.values[1], -500);
  EXPECT_EQ(image.values[2], -500);
}

}  // namespace
}  // namespace slava
