#include "dicom/zip_archive.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "base/hash.h"
#include "dicom/input_file.h"
#include "support/temporary_folder.h"
#include "support/zip_file.h"

namespace slava {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::write_zip;

class ZipArchiveTest : public ::testing::Test {
 protected:
  std::filesystem::path path(const std::string& name = "study.zip") const { return folder_ / name; }

  std::shared_ptr<ZipArchive> open(const std::filesystem::path& file) {
    auto archive = ZipArchive::open(file);
    if (archive) return *archive;
    ADD_FAILURE() << archive.error();
    return nullptr;
  }

  TemporaryFolder folder_;
};

TEST_F(ZipArchiveTest, ListsItsFilesSortedAndReadsThem) {
  const std::string large(300'000, 'x');
  write_zip(path(), {{"b/2", large}, {"a", "one"}, {"b/1", ""}});
  const auto archive = open(path());
  EXPECT_THAT(archive->names(), ElementsAre("a", "b/1", "b/2"));
  EXPECT_EQ(*archive->read("a"), "one");
  EXPECT_EQ(*archive->read("b/1"), "");
  EXPECT_EQ(*archive->read("b/2"), large);
  EXPECT_EQ(*archive->read_head("b/2", 5), "xxxxx");
  const auto missing = archive->read("c");
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().message, HasSubstr("study.zip/c: no such file in the archive"));
}

TEST_F(ZipArchiveTest, LeavesOutNamesThatLeadElsewhereAndHiddenFiles) {
  write_zip(path(), {{"../up.dcm", "x"},
                     {"a/../../up.dcm", "x"},
                     {"/etc/passwd", "x"},
                     {"a\\b", "x"},
                     {"line\nbreak", "x"},
                     {".hidden", "x"},
                     {"a/.DS_Store", "x"},
                     {"__MACOSX/a.dcm", "x"},
                     {"good.dcm", "x"}});
  EXPECT_THAT(open(path())->names(), ElementsAre("good.dcm"));
}

TEST_F(ZipArchiveTest, DamageIsAnErrorThatNamesTheFile) {
  std::string noise;
  for (uint64_t i = 0; i < 5000; ++i) noise += static_cast<char>(mix_seed(3, i));
  write_zip(path(), {{"film.dcm", noise}});
  const std::string bytes = *read_file(path());
  std::string damaged = bytes;
  damaged[2000] = static_cast<char>(damaged[2000] ^ 1);
  ASSERT_TRUE(write_file_atomically(path("damaged.zip"), damaged));
  const auto read = open(path("damaged.zip"))->read("film.dcm");
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(read.error().message, HasSubstr("damaged.zip/film.dcm: damaged in the archive"));

  ASSERT_TRUE(write_file_atomically(path("cut.zip"), bytes.substr(0, 3000)));
  const auto cut = ZipArchive::open(path("cut.zip"));
  ASSERT_FALSE(cut.has_value());
  EXPECT_THAT(cut.error().message, HasSubstr("cut.zip: expected a zip archive"));
}

TEST_F(ZipArchiveTest, AnEntryThatClaimsMoreThanAFilmIsRefusedUnread) {
  write_zip(path(), {{"film.dcm", std::string(100'000, '\0')}});
  std::string bytes = *read_file(path());
  // The central directory's entry: its size of the unpacked file stands at byte 24.
  const size_t entry = bytes.find("PK\x01\x02");
  ASSERT_NE(entry, std::string::npos);
  const auto claim = [&](uint32_t size) {
    for (int i = 0; i < 4; ++i) {
      bytes[entry + 24 + static_cast<size_t>(i)] = static_cast<char>(size >> (8 * i));
    }
    EXPECT_TRUE(write_file_atomically(path("bomb.zip"), bytes));
    const auto read = open(path("bomb.zip"))->read("film.dcm");
    return read ? std::string("no error") : read.error().message;
  };
  EXPECT_THAT(claim(0x7fffffff), HasSubstr("2047 MiB unpacked; expected at most 1024 MiB"));
  EXPECT_THAT(claim(0x3fffffff), HasSubstr("expected at most 1100 times as many"));
  EXPECT_THAT(claim(50'000), HasSubstr("damaged in the archive"));
}

TEST_F(ZipArchiveTest, APathMayGoOnIntoAnArchive) {
  write_zip(path(), {{"IMAGES/IM1", "pixels"}});
  EXPECT_EQ(*read_input_file(path() / "IMAGES/IM1"), "pixels");
  EXPECT_EQ(*read_input_head(path() / "IMAGES/IM1", 3), "pix");
  EXPECT_TRUE(is_input_file(path() / "IMAGES/IM1"));
  EXPECT_FALSE(is_input_file(path() / "IMAGES/IM2"));
  EXPECT_FALSE(is_input_file(path("missing.zip") / "IM1"));
  EXPECT_FALSE(split_archive_path(path()).has_value()) << "the archive itself is a file";
  EXPECT_GT(stamp_of_input(path() / "IMAGES/IM1").bytes, 0U);
  EXPECT_EQ(stamp_of_input(path() / "IMAGES/IM1").changed, stamp_of_input(path()).changed);
  const auto missing = read_input_file(path("no.dcm"));
  ASSERT_FALSE(missing.has_value());
  EXPECT_THAT(missing.error().message, HasSubstr("no.dcm"));
}

}  // namespace
}  // namespace slava
