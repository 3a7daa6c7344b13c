#include "base/log.h"

#include <gmock/gmock.h>

#include "base/file.h"
#include "support/temporary_folder.h"

namespace slava {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Log, AFileGetsWhatTheLevelLetsThrough) {
  const TemporaryFolder folder;
  const std::string file = (folder / "log.txt").string();
  ASSERT_TRUE(start_log({.level = LogLevel::kInfo, .file = file}));
  log_debug("too small");
  log_info("study 1.2.3: ok");
  log_warning("braces {} are text");
  const std::string text = read_file(file).value();
  EXPECT_THAT(text, HasSubstr("info study 1.2.3: ok\n"));
  EXPECT_THAT(text, HasSubstr("braces {} are text"));
  EXPECT_THAT(text, Not(HasSubstr("too small")));
}

TEST(Log, AFileThatCannotBeOpenedIsAnOutputErrorThatNamesIt) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file_atomically(folder / "file", "x"));
  const std::string file = (folder / "file/log.txt").string();
  const auto status = start_log({.level = LogLevel::kInfo, .file = file});
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().kind, ErrorKind::kOutput);
  EXPECT_THAT(status.error().message, HasSubstr(file));
}

}  // namespace
}  // namespace slava
