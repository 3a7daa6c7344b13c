#include "base/file.h"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <fstream>
#include <thread>

#include "support/temporary_folder.h"

namespace slava {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

unsigned mode_of(const std::filesystem::path& path) {
  struct stat status {};
  EXPECT_EQ(::stat(path.c_str(), &status), 0) << path;
  return status.st_mode & 07777;
}

std::string content(const std::filesystem::path& path) { return read_file(path).value(); }

TEST(File, WrittenBytesComeBack) {
  const TemporaryFolder folder;
  const std::string bytes("a\0b\n\xFF", 5);
  ASSERT_TRUE(write_file_atomically(folder / "x", bytes));
  EXPECT_EQ(content(folder / "x"), bytes);
}

TEST(File, ResultsAreForOwnerAndGroupWhateverTheUmask) {
  const TemporaryFolder folder;
  for (const mode_t mask : {0000, 0022, 0077}) {
    const mode_t before = ::umask(mask);
    const auto path = folder / std::to_string(mask);
    const auto status = write_file_atomically(path, "x");
    ::umask(before);
    ASSERT_TRUE(status);
    EXPECT_EQ(mode_of(path), 0640u) << "umask " << mask;
  }
}

TEST(File, WritingMakesMissingFolders) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "a/b/c", "x"));
  EXPECT_EQ(content(folder / "a/b/c"), "x");
}

TEST(File, WritingLeavesNothingElseBehind) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "x", "old"));
  ASSERT_TRUE(write_file_atomically(folder / "x", "new"));
  EXPECT_EQ(content(folder / "x"), "new");
  const auto entries = std::distance(std::filesystem::directory_iterator(folder.path()), {});
  EXPECT_EQ(entries, 1);
}

TEST(File, AReaderSeesTheOldFileOrTheNewOneNeverHalf) {
  const TemporaryFolder folder;
  const std::string old_text(1 << 20, 'o');
  const std::string new_text(1 << 20, 'n');
  ASSERT_TRUE(write_file_atomically(folder / "x", old_text));
  std::atomic<bool> end{false};
  std::thread writer([&] {
    for (int i = 0; i < 20; ++i) {
      (void)write_file_atomically(folder / "x", i % 2 == 0 ? new_text : old_text);
    }
    end = true;
  });
  size_t mixed = 0;
  while (!end) {
    std::ifstream in(folder / "x", std::ios::binary);
    const std::string seen{std::istreambuf_iterator<char>(in), {}};
    if (seen != old_text && seen != new_text) ++mixed;
  }
  writer.join();
  EXPECT_EQ(mixed, 0u);
}

TEST(File, WritingIntoAFileAsFolderIsAnOutputErrorThatNamesIt) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "file", "x"));
  const auto status = write_file_atomically(folder / "file/below", "x");
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kOutput);
  EXPECT_THAT(status.error().message, HasSubstr((folder / "file").string()));
}

TEST(File, AFailedWriteLeavesNoTemporaryFile) {
  const TemporaryFolder folder;
  std::filesystem::create_directories(folder / "taken/inside");
  // A folder with content cannot be replaced by a file.
  ASSERT_FALSE(write_file_atomically(folder / "taken", "x"));
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

TEST(File, ReadingSaysWhatIsWrong) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "ten", "0123456789"));
  const auto missing = read_file(folder / "none");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().kind, ErrorKind::kInput);
  EXPECT_THAT(missing.error().message, EndsWith("none: no such file"));
  EXPECT_THAT(read_file(folder.path()).error().message, EndsWith("not a regular file"));
  EXPECT_THAT(read_file(folder / "ten", 9).error().message, HasSubstr("10 bytes; at most 9"));
  EXPECT_TRUE(read_file(folder / "ten", 10));
}

TEST(File, AnEmptyFileIsEmptyText) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "x", ""));
  EXPECT_EQ(content(folder / "x"), "");
}

TEST(File, PiecesBecomeOneFile) {
  const TemporaryFolder folder;
  const auto written = write_file_atomically(folder / "x", [](const WritePiece& write) -> Status {
    for (const char* piece : {"one ", "", "two"}) {
      if (const Status status = write(piece); !status) return status;
    }
    return {};
  });
  ASSERT_TRUE(written);
  EXPECT_EQ(content(folder / "x"), "one two");
}

TEST(File, AnErrorBetweenPiecesLeavesTheOldFile) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "x", "old"));
  const auto written = write_file_atomically(folder / "x", [](const WritePiece& write) -> Status {
    if (const Status status = write("new"); !status) return status;
    return fail(ErrorKind::kModel, "the second piece cannot be made");
  });
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().kind, ErrorKind::kModel);
  EXPECT_EQ(content(folder / "x"), "old");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path()), {}), 1);
}

}  // namespace
}  // namespace slava
