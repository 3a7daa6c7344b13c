#include <gmock/gmock.h>

#include "base/file.h"
#include "base/hash.h"
#include "image/image.h"
#include "support/dicom_film.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using testing::DicomFilm;
using ::testing::HasSubstr;
using testing::write_film;

class RefuseDicom : public ::testing::Test {
 protected:
  fs::path path(const std::string& name = "film.dcm") const { return folder_ / name; }

  std::string error_of(const DicomFilm& film, E_TransferSyntax syntax = EXS_LittleEndianExplicit) {
    write_film(path(), film, syntax);
    const auto image = load_image(path(), FilmFormat::kDicom);
    EXPECT_FALSE(image.has_value());
    if (image) return "no error";
    EXPECT_THAT(image.error().message, HasSubstr("film.dcm"));
    return image.error().message;
  }

  TemporaryFolder folder_;
};

TEST_F(RefuseDicom, RefusesAColourSpaceThatIsNotRead) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) { testing::put(data, DCM_PhotometricInterpretation, "CMYK"); };
  EXPECT_THAT(error_of(film), HasSubstr("PhotometricInterpretation is CMYK; expected MONOCHROME1"));
}

TEST_F(RefuseDicom, RefusesSamplesThatContradictTheColourSpace) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) { testing::put_number(data, DCM_SamplesPerPixel, 3); };
  EXPECT_THAT(error_of(film), HasSubstr("SamplesPerPixel is 3; MONOCHROME2 has 1"));
  film.edit = [](DcmDataset& data) { testing::put_number(data, DCM_SamplesPerPixel, 4); };
  EXPECT_THAT(error_of(film), HasSubstr("SamplesPerPixel is 4; expected 1 to 3"));
  film.edit = [](DcmDataset& data) { testing::put(data, DCM_PhotometricInterpretation, "RGB"); };
  EXPECT_THAT(error_of(film), HasSubstr("SamplesPerPixel is 1; RGB has 3"));
}

TEST_F(RefuseDicom, RefusesSeveralFrames) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) { testing::put(data, DCM_NumberOfFrames, "2"); };
  EXPECT_THAT(error_of(film), HasSubstr("NumberOfFrames is 2"));
}

TEST_F(RefuseDicom, RefusesPixelDataShorterThanTheTagsSay) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) { testing::put_number(data, DCM_Rows, 20); };
  EXPECT_THAT(error_of(film), HasSubstr("the pixel data is truncated: 874 bytes"));
}

TEST_F(RefuseDicom, RefusesAbsurdSizesBeforeItAllocates) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) {
    testing::put_number(data, DCM_Rows, 65535);
    testing::put_number(data, DCM_Columns, 65535);
  };
  EXPECT_THAT(error_of(film), HasSubstr("65535 x 65535"));
}

TEST_F(RefuseDicom, RefusesAnImpossibleBitLayout) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) { testing::put_number(data, DCM_HighBit, 3); };
  EXPECT_THAT(error_of(film), HasSubstr("HighBit is 3; expected 11 to 15"));
  film.edit = [](DcmDataset& data) { testing::put_number(data, DCM_BitsStored, 17); };
  EXPECT_THAT(error_of(film), HasSubstr("BitsStored is 17"));
}

TEST_F(RefuseDicom, RefusesAFilmWithoutPixels) {
  DicomFilm film;
  film.edit = [](DcmDataset& data) {
    ASSERT_TRUE(data.findAndDeleteElement(DCM_PixelData).good());
  };
  EXPECT_THAT(error_of(film), HasSubstr("no PixelData"));
}

TEST_F(RefuseDicom, NamesATransferSyntaxThatIsNotRead) {
  write_film(path(), {});
  std::string bytes = *read_file(path());
  const std::string explicit_little_endian("1.2.840.10008.1.2.1\0", 20);
  const size_t at = bytes.find(explicit_little_endian);
  ASSERT_NE(at, std::string::npos);
  // Of the same length as a UID that this program has no decoder for.
  bytes.replace(at, 20, std::string("1.2.840.10008.1.2.9\0", 20));
  ASSERT_TRUE(write_file_atomically(path(), bytes));
  const auto image = load_image(path(), FilmFormat::kDicom);
  ASSERT_FALSE(image.has_value());
  EXPECT_THAT(image.error().message, HasSubstr("1.2.840.10008.1.2.9"));
}

TEST_F(RefuseDicom, SaysWhatAFileIsThatIsNoDicom) {
  const auto error_for = [&](const std::string& bytes) {
    EXPECT_TRUE(write_file_atomically(path("x.dcm"), bytes));
    const auto image = load_image(path("x.dcm"), FilmFormat::kDicom);
    return image ? std::string("no error") : image.error().message;
  };
  EXPECT_THAT(error_for(""), HasSubstr("x.dcm: expected a DICOM file, found an empty file"));
  EXPECT_THAT(error_for("patient notes\nof a long day\n"), HasSubstr("found plain text"));
  EXPECT_THAT(error_for("\x89PNG\r\n\x1a\n----"), HasSubstr("found a PNG picture"));
  EXPECT_THAT(error_for(std::string(300, '\xfe')), HasSubstr("found bytes of no known format"));
  EXPECT_THAT(error_for(std::string(128, '\0') + "DICM"), HasSubstr("damaged or truncated"));
  EXPECT_FALSE(load_image(path("missing.dcm"), FilmFormat::kDicom).has_value());
}

TEST_F(RefuseDicom, DamagedBytesGiveAnErrorOrAnImageButNeverACrash) {
  for (const auto syntax : {EXS_LittleEndianExplicit, EXS_JPEGProcess14SV1, EXS_RLELossless,
                            EXS_JPEGLSLossless, EXS_DeflatedLittleEndianExplicit}) {
    write_film(path(), {}, syntax);
    const std::string bytes = *read_file(path());
    for (uint64_t round = 0; round < 60; ++round) {
      std::string damaged = bytes;
      for (uint64_t hit = 0; hit < 4; ++hit) {
        damaged[132 + mix_seed(round, hit, 1) % (damaged.size() - 132)] =
            static_cast<char>(mix_seed(round, hit, 2));
      }
      ASSERT_TRUE(write_file_atomically(path("damaged.dcm"), damaged));
      const auto image = load_image(path("damaged.dcm"), FilmFormat::kDicom);
      if (!image) continue;
      ASSERT_EQ(image->values.size(), static_cast<size_t>(image->width) * image->height);
      ASSERT_EQ(image->display.pixels.size(), image->values.size());
    }
  }
}

TEST_F(RefuseDicom, WritesNothingToStandardErrorWhateverTheFile) {
  ::testing::internal::CaptureStderr();
  DicomFilm film;
  film.edit = [](DcmDataset& data) {
    testing::put(data, DCM_RescaleSlope, "nonsense");
    testing::put(data, DCM_WindowWidth, "-7");
    testing::put(data, DCM_WindowCenter, "x");
  };
  write_film(path(), film);
  (void)load_image(path(), FilmFormat::kDicom);
  const std::string bytes = *read_file(path());
  ASSERT_TRUE(write_file_atomically(path("cut.dcm"), bytes.substr(0, bytes.size() / 2)));
  (void)load_image(path("cut.dcm"), FilmFormat::kDicom);
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace slava
