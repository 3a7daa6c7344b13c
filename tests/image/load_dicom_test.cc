#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "base/file.h"
#include "base/hash.h"
#include "dicom/header.h"
#include "image/image.h"
#include "support/dicom_film.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using testing::DicomFilm;
using ::testing::HasSubstr;
using testing::stored_of;
using testing::write_film;

std::vector<float> as_floats(const std::vector<int32_t>& stored) {
  return {stored.begin(), stored.end()};
}

class LoadDicom : public ::testing::Test {
 protected:
  fs::path path(const std::string& name = "film.dcm") const { return folder_ / name; }

  Image load(const DicomFilm& film, E_TransferSyntax syntax = EXS_LittleEndianExplicit) {
    write_film(path(), film, syntax);
    auto image = load_image(path(), FilmFormat::kDicom);
    if (!image) {
      ADD_FAILURE() << image.error();
      return {};
    }
    return *std::move(image);
  }

  TemporaryFolder folder_;
};

struct SyntaxCase {
  E_TransferSyntax syntax;
  const char* name;
  int bits_allocated;
  int bits_stored;
  int tolerance;  // of stored values
};

class LoadDicomSyntax : public LoadDicom, public ::testing::WithParamInterface<SyntaxCase> {};

TEST_P(LoadDicomSyntax, GivesTheStoredValues) {
  const SyntaxCase& param = GetParam();
  DicomFilm film;
  film.bits_allocated = param.bits_allocated;
  film.bits_stored = param.bits_stored;
  const Image image = load(film, param.syntax);
  ASSERT_EQ(read_dicom_header(path())->transfer_syntax_uid, DcmXfer(param.syntax).getXferID());
  EXPECT_EQ(image.width, film.columns);
  EXPECT_EQ(image.height, film.rows);
  EXPECT_EQ(image.bits_stored, param.bits_stored);
  const std::vector<int32_t> stored = stored_of(film);
  ASSERT_EQ(image.values.size(), stored.size());
  double largest = 0;
  for (size_t i = 0; i < stored.size(); ++i) {
    largest = std::max(largest, std::abs(static_cast<double>(image.values[i]) - stored[i]));
  }
  EXPECT_LE(largest, param.tolerance);
}

TEST_P(LoadDicomSyntax, NeverGivesAnImageOfATruncatedFile) {
  const SyntaxCase& param = GetParam();
  DicomFilm film;
  film.rows = 61;
  film.columns = 47;
  film.bits_allocated = param.bits_allocated;
  film.bits_stored = param.bits_stored;
  film.stored = stored_of(film);
  // Noise keeps the compressed stream long, so that the cuts fall into it.
  for (size_t i = 1; i + 1 < film.stored.size(); ++i) {
    film.stored[i] = static_cast<int32_t>(mix_seed(7, i) % (1u << param.bits_stored));
  }
  write_film(path(), film, param.syntax);
  const std::string bytes = *read_file(path());
  for (const double part : {0.05, 0.2, 0.4, 0.6, 0.8, 0.95, 0.99}) {
    const auto kept = static_cast<size_t>(static_cast<double>(bytes.size()) * part);
    ASSERT_TRUE(write_file_atomically(path("cut.dcm"), bytes.substr(0, kept)));
    const auto image = load_image(path("cut.dcm"), FilmFormat::kDicom);
    EXPECT_FALSE(image.has_value()) << param.name << ": " << kept << " of " << bytes.size();
    if (!image) {
      EXPECT_THAT(image.error().message, HasSubstr("cut.dcm"));
      EXPECT_EQ(image.error().kind, ErrorKind::kInput);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    EverySyntax, LoadDicomSyntax,
    ::testing::Values(SyntaxCase{EXS_LittleEndianImplicit, "ImplicitLittleEndian", 16, 12, 0},
                      SyntaxCase{EXS_LittleEndianExplicit, "ExplicitLittleEndian", 16, 12, 0},
                      SyntaxCase{EXS_BigEndianExplicit, "ExplicitBigEndian", 16, 12, 0},
                      SyntaxCase{EXS_BigEndianExplicit, "ExplicitBigEndian8", 8, 8, 0},
                      SyntaxCase{EXS_LittleEndianImplicit, "ImplicitLittleEndian8", 8, 8, 0},
                      SyntaxCase{EXS_DeflatedLittleEndianExplicit, "Deflated", 16, 12, 0},
                      SyntaxCase{EXS_RLELossless, "Rle", 16, 12, 0},
                      SyntaxCase{EXS_RLELossless, "Rle8", 8, 8, 0},
                      SyntaxCase{EXS_JPEGProcess1, "JpegBaseline", 8, 8, 3},
                      SyntaxCase{EXS_JPEGProcess2_4, "JpegExtended12", 16, 12, 8},
                      SyntaxCase{EXS_JPEGProcess14, "JpegLossless", 16, 12, 0},
                      SyntaxCase{EXS_JPEGProcess14SV1, "JpegLosslessSv1", 16, 16, 0},
                      SyntaxCase{EXS_JPEGLSLossless, "JpegLs", 16, 12, 0},
                      SyntaxCase{EXS_JPEGLSLossy, "JpegLsNear", 16, 12, 2}),
    [](const auto& info) { return info.param.name; });

class LoadDicomBits : public LoadDicom,
                      public ::testing::WithParamInterface<std::pair<int, bool>> {};

TEST_P(LoadDicomBits, KeepsTheWholeRange) {
  DicomFilm film;
  film.bits_stored = GetParam().first;
  film.is_signed = GetParam().second;
  const Image image = load(film);
  EXPECT_EQ(image.values, as_floats(stored_of(film)));
  EXPECT_EQ(image.display.pixels.front(), 0);
  EXPECT_EQ(image.display.pixels.back(), 255);
}

INSTANTIATE_TEST_SUITE_P(
    Depths, LoadDicomBits,
    ::testing::Values(std::pair{8, false}, std::pair{10, false}, std::pair{12, false},
                      std::pair{14, false}, std::pair{15, false}, std::pair{16, false},
                      std::pair{12, true}, std::pair{15, true}, std::pair{16, true}),
    [](const auto& info) {
      return std::to_string(info.param.first) + (info.param.second ? "Signed" : "Unsigned");
    });

TEST_F(LoadDicom, ReadsBitsThatDoNotStandAtTheBottomOfTheWord) {
  DicomFilm film;
  film.bits_stored = 12;
  film.high_bit = 15;
  EXPECT_EQ(load(film).values, as_floats(stored_of(film)));
}

TEST_F(LoadDicom, IgnoresBitsAboveTheHighBit) {
  DicomFilm film;
  film.bits_stored = 10;
  film.edit = [&](DcmDataset& data) {
    std::vector<Uint16> words;
    for (const int32_t value : stored_of(film))
      words.push_back(static_cast<Uint16>(value | 0xf000));
    ASSERT_TRUE(data.putAndInsertUint16Array(DCM_PixelData, words.data(), words.size()).good());
  };
  EXPECT_EQ(load(film).values, as_floats(stored_of(film)));
}

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

TEST_F(LoadDicom, ReadsSpacingAndAspect) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) {
    testing::put(data, DCM_ImagerPixelSpacing, "0.2\\0.1");
    testing::put(data, DCM_PixelSpacing, "0.168\\0.14");
    testing::put(data, DCM_PixelAspectRatio, "2\\1");
  };
  Image image = load(film);
  ASSERT_TRUE(image.pixel_spacing_mm.has_value());
  EXPECT_EQ((*image.pixel_spacing_mm)[0], 0.168);
  EXPECT_EQ((*image.pixel_spacing_mm)[1], 0.14);
  EXPECT_EQ(image.pixel_aspect, 2.0);

  film.edit = [](DcmDataset& data) { testing::put(data, DCM_ImagerPixelSpacing, "0.2\\0.1"); };
  image = load(film);
  EXPECT_EQ((*image.pixel_spacing_mm)[0], 0.2);
  EXPECT_EQ(image.pixel_aspect, 2.0) << "of the spacing where no ratio is given";

  film.edit = nullptr;
  image = load(film);
  EXPECT_FALSE(image.pixel_spacing_mm.has_value());
  EXPECT_EQ(image.pixel_aspect, 1.0);
}

TEST_F(LoadDicom, GivesTheHashOfTheFile) {
  const Image image = load({});
  EXPECT_EQ(image.file_sha256, *sha256_file(path()));
}

TEST_F(LoadDicom, ReadsAFileWithoutThePreamble) {
  const DicomFilm film;
  write_film(path(), film, EXS_LittleEndianImplicit);
  ASSERT_TRUE(write_file_atomically(path("bare.dcm"), read_file(path())->substr(132)));
  const auto image = load_image(path("bare.dcm"), FilmFormat::kDicom);
  ASSERT_TRUE(image.has_value()) << image.error();
  EXPECT_EQ(image->values, as_floats(stored_of(film)));
}

fs::path shared_data() {
  const char* given = std::getenv("SLAVA_SHARED_DATA");
  return given != nullptr ? fs::path(given) : fs::path(SLAVA_SOURCE_DIR) / "../shared/data";
}

TEST(SharedFilms, BothRealFilmsHaveTheirKnownPixels) {
  const fs::path folder = shared_data() / "dicom";
  if (!fs::exists(folder / "nih_dx_implicit_le.dcm")) {
    GTEST_SKIP() << folder << " is not there; set SLAVA_SHARED_DATA";
  }
  const auto nih = load_image(folder / "nih_dx_implicit_le.dcm", FilmFormat::kDicom);
  ASSERT_TRUE(nih.has_value()) << nih.error();
  EXPECT_EQ(nih->width, 1024);
  EXPECT_EQ(nih->height, 1024);
  const auto [nih_low, nih_high] = std::minmax_element(nih->values.begin(), nih->values.end());
  EXPECT_EQ(*nih_low, 0);
  EXPECT_EQ(*nih_high, 252);
  EXPECT_FALSE(nih->low_is_white);

  const auto rsna = load_image(folder / "rsna_cr_jpeg_baseline.dcm", FilmFormat::kDicom);
  ASSERT_TRUE(rsna.has_value()) << rsna.error();
  const auto [low, high] = std::minmax_element(rsna->values.begin(), rsna->values.end());
  EXPECT_EQ(*low, 0);
  EXPECT_EQ(*high, 254);
  ASSERT_TRUE(rsna->pixel_spacing_mm.has_value());
  EXPECT_EQ((*rsna->pixel_spacing_mm)[0], 0.168);
}

}  // namespace
}  // namespace slava
