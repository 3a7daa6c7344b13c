// Writes one synthetic film and loads it: what the tests of DICOM pixels share.
#pragma once

#include <gtest/gtest.h>

#include "image/image.h"
#include "support/dicom_film.h"
#include "support/temporary_folder.h"

namespace slava {

inline std::vector<float> as_floats(const std::vector<int32_t>& stored) {
  return {stored.begin(), stored.end()};
}

class LoadDicom : public ::testing::Test {
 protected:
  std::filesystem::path path(const std::string& name = "film.dcm") const { return folder_ / name; }

  Image load(const testing::DicomFilm& film, E_TransferSyntax syntax = EXS_LittleEndianExplicit) {
    testing::write_film(path(), film, syntax);
    auto image = load_image(path(), FilmFormat::kDicom);
    if (!image) {
      ADD_FAILURE() << image.error();
      return {};
    }
    return *std::move(image);
  }

  TemporaryFolder folder_;
};

}  // namespace slava
