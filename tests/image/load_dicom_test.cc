#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <fstream>

#include "base/file.h"
#include "base/hash.h"
#include "dicom/header.h"
#include "image/load_dicom_fixture.h"
#include "support/shared_data.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using testing::DicomFilm;
using ::testing::HasSubstr;
using testing::stored_of;
using testing::write_film;

struct SyntaxCase {
  E_TransferSyntax syntax;
  const char* name;
  int bits_allocated;
  int bits_stored;
  int tolerance;  // of stored values
};
void PrintTo(const SyntaxCase& one, std::ostream* out) { *out << one.name; }

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
