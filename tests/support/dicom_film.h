// Synthetic DICOM films for tests: an array of stored values with the tags of a radiograph, written
// in any transfer syntax that DCMTK can write. Header alone, so that only its users link DCMTK.
#pragma once

#include <dcmtk/config/osconfig.h>
#include <dcmtk/dcmdata/dcpixseq.h>
#include <dcmtk/dcmdata/dcpxitem.h>
#include <dcmtk/dcmdata/dcrleerg.h>
#include <dcmtk/dcmdata/dcrlerp.h>
#include <dcmtk/dcmdata/dctk.h>
#include <dcmtk/dcmjpeg/djencode.h>
#include <dcmtk/dcmjpeg/djrplol.h>
#include <dcmtk/dcmjpeg/djrploss.h>
#include <dcmtk/dcmjpls/djencode.h>
#include <dcmtk/dcmjpls/djrparam.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace slava::testing {

struct DicomFilm {
  int rows = 19;
  int columns = 23;
  int bits_allocated = 16;
  int bits_stored = 12;
  int high_bit = -1;  // -1: bits_stored - 1
  bool is_signed = false;
  std::string photometric = "MONOCHROME2";
  std::string modality = "DX";
  std::string sop_class = UID_DigitalXRayImageStorageForPresentation;
  std::string study_uid = "1.2.3.4";
  std::string sop_uid = "1.2.3.4.5";
  std::string view_position;
  std::vector<int32_t> stored;  // row-major; empty: full_range_pattern
  // Further tags, before the file is encoded.
  std::function<void(DcmDataset&)> edit;
};

// Smooth, with both ends of the range in it, so that an encoder's own scaling is the identity.
inline std::vector<int32_t> full_range_pattern(const DicomFilm& film) {
  const int32_t low = film.is_signed ? -(1 << (film.bits_stored - 1)) : 0;
  const int32_t range = (1 << film.bits_stored) - 1;
  std::vector<int32_t> stored;
  const int last = film.rows * film.columns - 1;
  for (int y = 0; y < film.rows; ++y) {
    for (int x = 0; x < film.columns; ++x) {
      // A ramp in boustrophedon order has no jumps between neighbours of a row.
      const int step = y * film.columns + (y % 2 == 0 ? x : film.columns - 1 - x);
      stored.push_back(low + static_cast<int32_t>(static_cast<int64_t>(range) * step / last));
    }
  }
  return stored;
}

inline std::vector<int32_t> stored_of(const DicomFilm& film) {
  return film.stored.empty() ? full_range_pattern(film) : film.stored;
}

inline void put(DcmDataset& data, const DcmTagKey& tag, const std::string& value) {
  ASSERT_TRUE(data.putAndInsertString(tag, value.c_str()).good()) << tag.toString().c_str();
}

inline void put_number(DcmDataset& data, const DcmTagKey& tag, int value) {
  ASSERT_TRUE(data.putAndInsertUint16(tag, static_cast<Uint16>(value)).good())
      << tag.toString().c_str();
}

inline void put_pixels(DcmDataset& data, const DicomFilm& film) {
  const int high_bit = film.high_bit < 0 ? film.bits_stored - 1 : film.high_bit;
  const int shift = high_bit + 1 - film.bits_stored;
  const uint32_t mask = (1u << film.bits_stored) - 1;
  const std::vector<int32_t> stored = stored_of(film);
  ASSERT_EQ(stored.size(), static_cast<size_t>(film.rows * film.columns));
  if (film.bits_allocated == 8) {
    std::vector<Uint8> bytes;
    for (const int32_t value : stored) {
      bytes.push_back(static_cast<Uint8>((static_cast<uint32_t>(value) & mask) << shift));
    }
    if (bytes.size() % 2 != 0) bytes.push_back(0);
    ASSERT_TRUE(data.putAndInsertUint8Array(DCM_PixelData, bytes.data(), bytes.size()).good());
    return;
  }
  std::vector<Uint16> words;
  for (const int32_t value : stored) {
    words.push_back(static_cast<Uint16>((static_cast<uint32_t>(value) & mask) << shift));
  }
  ASSERT_TRUE(data.putAndInsertUint16Array(DCM_PixelData, words.data(), words.size()).good());
}

inline void fill(DcmDataset& data, const DicomFilm& film) {
  put(data, DCM_SOPClassUID, film.sop_class);
  put(data, DCM_SOPInstanceUID, film.sop_uid);
  put(data, DCM_StudyInstanceUID, film.study_uid);
  put(data, DCM_SeriesInstanceUID, film.study_uid + ".1");
  put(data, DCM_Modality, film.modality);
  put(data, DCM_PatientName, "Secretname^Anna");
  put(data, DCM_PatientID, "SECRET-4711");
  put(data, DCM_PatientBirthDate, "19550102");
  put(data, DCM_PhotometricInterpretation, film.photometric);
  if (!film.view_position.empty()) put(data, DCM_ViewPosition, film.view_position);
  put_number(data, DCM_SamplesPerPixel, 1);
  put_number(data, DCM_Rows, film.rows);
  put_number(data, DCM_Columns, film.columns);
  put_number(data, DCM_BitsAllocated, film.bits_allocated);
  put_number(data, DCM_BitsStored, film.bits_stored);
  put_number(data, DCM_HighBit, film.high_bit < 0 ? film.bits_stored - 1 : film.high_bit);
  put_number(data, DCM_PixelRepresentation, film.is_signed ? 1 : 0);
  put_pixels(data, film);
  if (film.edit) film.edit(data);
}

inline void register_encoders() {
  static const bool once = [] {
    DcmRLEEncoderRegistration::registerCodecs();
    DJEncoderRegistration::registerCodecs();
    DJLSEncoderRegistration::registerCodecs();
    return true;
  }();
  (void)once;
}

inline std::unique_ptr<DcmRepresentationParameter> encoder_parameter(E_TransferSyntax syntax) {
  switch (syntax) {
    case EXS_RLELossless:
      return std::make_unique<DcmRLERepresentationParameter>();
    case EXS_JPEGProcess1:
    case EXS_JPEGProcess2_4:
      return std::make_unique<DJ_RPLossy>(100);
    case EXS_JPEGProcess14:
    case EXS_JPEGProcess14SV1:
      return std::make_unique<DJ_RPLossless>();
    case EXS_JPEGLSLossless:
      return std::make_unique<DJLSRepresentationParameter>(0, OFTrue);
    case EXS_JPEGLSLossy:
      return std::make_unique<DJLSRepresentationParameter>(2, OFFalse);
    default:
      return nullptr;
  }
}

inline void write_film(const std::filesystem::path& path, const DicomFilm& film,
                       E_TransferSyntax syntax = EXS_LittleEndianExplicit) {
  register_encoders();
  DcmFileFormat file;
  fill(*file.getDataset(), film);
  const auto parameter = encoder_parameter(syntax);
  const OFCondition encoded = file.getDataset()->chooseRepresentation(syntax, parameter.get());
  ASSERT_TRUE(encoded.good()) << encoded.text();
  const OFCondition saved = file.saveFile(path.c_str(), syntax);
  ASSERT_TRUE(saved.good()) << saved.text();
}

}  // namespace slava::testing
