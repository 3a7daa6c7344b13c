// The two real films in every transfer syntax and depth, made here by other people's encoders,
// against what pydicom reads in them (scripts/make_film_golden.py --real). Skipped where the films
// are missing.
#include <gtest/gtest.h>

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/hash.h"
#include "base/strings.h"
#include "image/image.h"
#include "image/stored_values.h"
#include "support/dicom_film.h"
#include "support/shared_data.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using testing::DicomFilm;
using testing::write_film;

struct Depth {
  int bits;
  bool is_signed;
  std::string name() const { return cat(bits, is_signed ? "s" : ""); }
};
const std::vector<Depth> kDepths{{8, false},  {10, false}, {12, false}, {14, false},
                                 {16, false}, {12, true},  {16, true}};

fs::path real_films() { return shared_data() / "dicom"; }

// Spread over the depth by v * (2^bits - 1) / 255, rounded down; the script does the same.
DicomFilm spread(const Image& image, const Depth& depth, const std::string& photometric) {
  DicomFilm film;
  film.rows = image.height;
  film.columns = image.width;
  film.bits_allocated = depth.bits == 8 ? 8 : 16;
  film.bits_stored = depth.bits;
  film.is_signed = depth.is_signed;
  film.photometric = photometric;
  const int range = (1 << depth.bits) - 1;
  const int offset = depth.is_signed ? 1 << (depth.bits - 1) : 0;
  for (const float value : image.values) {
    film.stored.push_back(static_cast<int32_t>(value) * range / 255 - offset);
  }
  return film;
}

class RealFilms : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!fs::exists(real_films())) {
      GTEST_SKIP() << real_films() << " is not there; set SLAVA_SHARED_DATA";
    }
    expected_ = Json::parse(
        *read_file(fs::path(SLAVA_SOURCE_DIR) / "tests/golden/films/expected.json"))["real"];
  }

  static bool run(const std::string& command) {
    return std::system((command + " >/dev/null 2>&1").c_str()) == 0;
  }

  std::string hash_in(const fs::path& path) {
    const auto image = load_image(path, FilmFormat::kDicom);
    return image ? sha256_of_stored(image->values) : image.error().message;
  }

  Json expected_;
  TemporaryFolder folder_;
};

TEST_F(RealFilms, HaveTheValuesOfPydicomInEveryLosslessSyntaxOfDcmtk) {
  for (const auto& [file, hashes] : expected_.items()) {
    const auto original = load_image(real_films() / file, FilmFormat::kDicom);
    ASSERT_TRUE(original.has_value()) << original.error();
    EXPECT_EQ(sha256_of_stored(original->values), hashes["8"]) << file;
    int variants = 0;
    for (const Depth& depth : kDepths) {
      // Every syntax at 12 bit, every depth in two of them: the drawn films have all combinations.
      const bool all = depth.bits == 12 && !depth.is_signed;
      const DicomFilm film = spread(*original, depth, all ? "MONOCHROME2" : "MONOCHROME1");
      for (const auto syntax :
           {EXS_LittleEndianExplicit, EXS_JPEGProcess14SV1, EXS_LittleEndianImplicit,
            EXS_BigEndianExplicit, EXS_DeflatedLittleEndianExplicit, EXS_RLELossless,
            EXS_JPEGProcess14, EXS_JPEGLSLossless}) {
        if (!all && syntax != EXS_LittleEndianExplicit && syntax != EXS_JPEGProcess14SV1) continue;
        write_film(folder_ / "film.dcm", film, syntax);
        EXPECT_EQ(hash_in(folder_ / "film.dcm"), hashes[depth.name()])
            << file << ' ' << depth.name() << ' ' << DcmXfer(syntax).getXferName();
        ++variants;
      }
    }
    std::cout << file << ": " << variants << " variants equal\n";
  }
}

TEST_F(RealFilms, HaveTheValuesOfPydicomAsJpeg2000OfGdcm) {
  if (!run("gdcmconv --version")) GTEST_SKIP() << "gdcmconv (libgdcm-tools) is not installed";
  for (const auto& [file, hashes] : expected_.items()) {
    const auto original = load_image(real_films() / file, FilmFormat::kDicom);
    ASSERT_TRUE(original.has_value()) << original.error();
    for (const Depth& depth : {Depth{8, false}, Depth{12, false}, Depth{16, true}}) {
      write_film(folder_ / "raw.dcm", spread(*original, depth, "MONOCHROME2"));
      const std::string out = (folder_ / "j2k.dcm").string();
      ASSERT_TRUE(run(cat("gdcmconv --j2k ", (folder_ / "raw.dcm").string(), " ", out)));
      EXPECT_EQ(hash_in(out), hashes[depth.name()]) << file << ' ' << depth.name();
    }
  }
}

// DCMTK writes the pixel sequence; the UID of HTJ2K, which it does not know, is put in behind it.
void write_htj2k(const fs::path& path, const DicomFilm& film, const std::string& stream) {
  DcmFileFormat file;
  testing::fill(*file.getDataset(), film);
  DcmDataset& data = *file.getDataset();
  auto sequence = std::make_unique<DcmPixelSequence>(DcmTag(DCM_PixelData, EVR_OB));
  ASSERT_TRUE(sequence->insert(new DcmPixelItem(DcmTag(DCM_Item, EVR_OB))).good());
  // In several fragments, cut where it happens.
  for (size_t at = 0; at < stream.size(); at += 50'000) {
    std::string piece = stream.substr(at, 50'000);
    if (piece.size() % 2 != 0) piece += '\0';
    auto* item = new DcmPixelItem(DcmTag(DCM_Item, EVR_OB));
    ASSERT_TRUE(item->putUint8Array(reinterpret_cast<const Uint8*>(piece.data()),
                                    static_cast<unsigned long>(piece.size()))
                    .good());
    ASSERT_TRUE(sequence->insert(item).good());
  }
  auto* pixels = new DcmPixelData(DCM_PixelData);
  pixels->putOriginalRepresentation(EXS_JPEG2000LosslessOnly, nullptr, sequence.release());
  ASSERT_TRUE(data.insert(pixels, /*replaceOld=*/OFTrue).good());
  ASSERT_TRUE(file.saveFile(path.c_str(), EXS_JPEG2000LosslessOnly).good());
  std::string bytes = *read_file(path);
  const std::string known("1.2.840.10008.1.2.4.90");
  const size_t at = bytes.find(known, 132);
  ASSERT_NE(at, std::string::npos);
  bytes.replace(at, known.size(), std::string("1.2.840.10008.1.2.4.201\0", 24));
  bytes[at - 2] = 24;
  bytes[140] = static_cast<char>(bytes[140] + 2);
  ASSERT_TRUE(write_file_atomically(path, bytes));
}

TEST_F(RealFilms, HaveTheValuesOfPydicomAsHtj2kOfOpenJph) {
  if (!run("which ojph_compress")) GTEST_SKIP() << "ojph_compress (openjph-tools) is not installed";
  for (const auto& [file, hashes] : expected_.items()) {
    const auto original = load_image(real_films() / file, FilmFormat::kDicom);
    ASSERT_TRUE(original.has_value()) << original.error();
    // PGM has no sign.
    for (const Depth& depth : {Depth{8, false}, Depth{12, false}, Depth{16, false}}) {
      const DicomFilm film = spread(*original, depth, "MONOCHROME2");
      std::string pgm =
          cat("P5\n", film.columns, ' ', film.rows, '\n', (1 << depth.bits) - 1, '\n');
      for (const int32_t value : film.stored) {
        if (depth.bits > 8) pgm += static_cast<char>(value >> 8);
        pgm += static_cast<char>(value);
      }
      ASSERT_TRUE(write_file_atomically(folder_ / "in.pgm", pgm));
      const std::string out = (folder_ / "out.j2c").string();
      ASSERT_TRUE(run(cat("ojph_compress -i ", (folder_ / "in.pgm").string(), " -o ", out,
                          " -reversible true")));
      write_htj2k(folder_ / "ht.dcm", film, *read_file(out));
      EXPECT_EQ(hash_in(folder_ / "ht.dcm"), hashes[depth.name()]) << file << ' ' << depth.name();
    }
  }
}

}  // namespace
}  // namespace slava
