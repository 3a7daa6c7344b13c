#include <gmock/gmock.h>

#include <fstream>

#include "base/file.h"
#include "study/find_studies.h"
#include "support/dicom_film.h"
#include "support/temporary_folder.h"
#include "support/zip_file.h"

namespace slava {
namespace {

namespace fs = std::filesystem;
using testing::DicomFilm;
using ::testing::HasSubstr;
using testing::write_film;
using testing::write_zip;

const std::string kPng = "\x89PNG\r\n\x1a\n and so on";

class FindArchives : public ::testing::Test {
 protected:
  std::string film_bytes(const std::string& study, const std::string& sop) {
    DicomFilm film;
    film.study_uid = study;
    film.sop_uid = sop;
    write_film(folder_ / "x.dcm", film);
    std::string bytes = *read_file(folder_ / "x.dcm");
    fs::remove(folder_ / "x.dcm");
    return bytes;
  }

  StudyList find(const std::vector<fs::path>& paths, const FindOptions& options = {}) {
    auto list = find_studies(paths, options);
    if (list) return *std::move(list);
    ADD_FAILURE() << list.error();
    return {};
  }

  TemporaryFolder folder_;
};

TEST_F(FindArchives, StudiesInAnArchiveAreFoundLikeFilesInAFolder) {
  write_zip(folder_ / "in.zip", {{"IMAGES/IM1", film_bytes("1.2.1", "1.2.1.1")},
                                 {"IMAGES/IM2", film_bytes("1.2.1", "1.2.1.2")},
                                 {"IMAGES/IM3", film_bytes("1.2.2", "1.2.2.1")},
                                 {"README", "how to open"},
                                 {"pictures/a.png", kPng},
                                 {"pictures/b.png", kPng},
                                 {"lone.png", kPng}});
  for (const fs::path& given : {folder_ / "in.zip", folder_.path()}) {
    const StudyList list = find({given});
    ASSERT_EQ(list.studies.size(), 4U) << given;
    EXPECT_EQ(list.studies[0].id, "1.2.1");
    ASSERT_EQ(list.studies[0].films.size(), 2U);
    EXPECT_EQ(list.studies[0].films[0].path, folder_ / "in.zip" / "IMAGES/IM1");
    EXPECT_EQ(list.studies[1].id, "1.2.2");
    // In an archive that was found, its name stands for its folder.
    const bool found = given == folder_.path();
    EXPECT_EQ(list.studies[2].id, found ? "in" : "lone");
    EXPECT_EQ(list.studies[3].id, found ? "in-pictures" : "pictures");
    EXPECT_EQ(list.studies[3].films.size(), 2U);
    EXPECT_EQ(list.ignored, 1U);
    EXPECT_TRUE(list.rejected.empty());
  }
}

TEST_F(FindArchives, AStudyMayBePartlyInAnArchive) {
  write_zip(folder_ / "in.zip", {{"IM1", film_bytes("1.2.1", "1.2.1.1")}});
  ASSERT_TRUE(write_file_atomically(folder_ / "other.dcm", film_bytes("1.2.1", "1.2.1.2")));
  const StudyList list = find({folder_.path()});
  ASSERT_EQ(list.studies.size(), 1U);
  EXPECT_EQ(list.studies[0].films.size(), 2U);
}

TEST_F(FindArchives, ADamagedArchiveIsAFailedInputOfItsOwn) {
  write_zip(folder_ / "in.zip", {{"IM1", film_bytes("1.2.1", "1.2.1.1")}});
  const std::string bytes = *read_file(folder_ / "in.zip");
  ASSERT_TRUE(write_file_atomically(folder_ / "cut.zip", bytes.substr(0, bytes.size() / 2)));
  const StudyList list = find({folder_.path()});
  EXPECT_EQ(list.studies.size(), 1U);
  ASSERT_EQ(list.rejected.size(), 1U);
  EXPECT_THAT(list.rejected[0].error.message, HasSubstr("cut.zip: expected a zip archive"));
}

TEST_F(FindArchives, AFilmDamagedInAnArchiveFailsAlone) {
  write_zip(folder_ / "in.zip", {{"good", film_bytes("1.2.1", "1.2.1.1")},
                                 {"bad.dcm", film_bytes("1.2.2", "1.2.2.1").substr(0, 300)}});
  const StudyList list = find({folder_ / "in.zip"});
  EXPECT_EQ(list.studies.size(), 1U);
  ASSERT_EQ(list.rejected.size(), 1U);
  EXPECT_EQ(list.rejected[0].study_id, "bad");
  EXPECT_THAT(list.rejected[0].error.message,
              HasSubstr("in.zip/bad.dcm: the DICOM file is damaged"));
}

TEST_F(FindArchives, AnArchiveInAnArchiveStaysClosed) {
  write_zip(folder_ / "inner.zip", {{"IM1", film_bytes("1.2.1", "1.2.1.1")}});
  const std::string inner = *read_file(folder_ / "inner.zip");
  fs::remove(folder_ / "inner.zip");
  write_zip(folder_ / "in.zip", {{"inner.zip", inner}, {"IM2", film_bytes("1.2.2", "1.2.2.1")}});
  const StudyList list = find({folder_ / "in.zip"});
  EXPECT_EQ(list.studies.size(), 1U);
  EXPECT_EQ(list.ignored, 1U);
}

TEST_F(FindArchives, AManifestMayNameAFilmInAnArchive) {
  write_zip(folder_ / "in.zip", {{"a/IM1", film_bytes("1.2.1", "1.2.1.1")}});
  ASSERT_TRUE(write_file_atomically(folder_ / "list.csv",
                                    "study_id,image,view\ns1,in.zip/a/IM1,lateral\n"
                                    "s2,in.zip/a/IM9,\n"));
  FindOptions options;
  options.manifest = folder_ / "list.csv";
  const StudyList list = find({}, options);
  ASSERT_EQ(list.studies.size(), 1U);
  EXPECT_EQ(list.studies[0].id, "s1");
  EXPECT_EQ(list.studies[0].films[0].view, View::kLateral);
  ASSERT_EQ(list.rejected.size(), 1U);
  EXPECT_THAT(list.rejected[0].error.message, HasSubstr("in.zip/a/IM9: no such file"));
  const StudyList both = find({folder_ / "in.zip"}, options);
  EXPECT_EQ(both.studies.size(), 1U) << "what a manifest lists is not found once more";
}

TEST_F(FindArchives, ATreeOfTenThousandSmallFilesIsScanned) {
  std::string bytes = film_bytes("1.2.840.10000", "1.2.840.10000.1");
  const size_t uid = bytes.find("1.2.840.10000");
  ASSERT_NE(uid, std::string::npos);
  for (int i = 0; i < 10'000; ++i) {
    const fs::path folder = folder_ / ("d" + std::to_string(i / 100));
    if (i % 100 == 0) fs::create_directories(folder);
    // Not atomically, which would sync each of them.
    std::ofstream out(folder / (std::to_string(i) + (i % 10 == 9 ? ".txt" : ".dcm")),
                      std::ios::binary);
    if (i % 10 == 9) {
      out << "notes";
      continue;
    }
    std::string film = bytes;
    const std::string number = std::to_string(10'000 + i);
    for (size_t at = film.find("1.2.840.10000"); at != std::string::npos;
         at = film.find("1.2.840.10000", at + 1)) {
      film.replace(at + 8, 5, number);
    }
    out << film;
  }
  const StudyList list = find({folder_.path()});
  EXPECT_EQ(list.studies.size(), 9'000U);
  EXPECT_EQ(list.ignored, 1'000U);
}

}  // namespace
}  // namespace slava
