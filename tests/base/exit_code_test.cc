#include "base/exit_code.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

// Scripts rely on these numbers.
TEST(ExitCode, NumbersAreThoseOfTheDocumentation) {
  EXPECT_EQ(static_cast<int>(ExitCode::kOk), 0);
  EXPECT_EQ(static_cast<int>(ExitCode::kInternal), 1);
  EXPECT_EQ(static_cast<int>(ExitCode::kUsage), 2);
  EXPECT_EQ(static_cast<int>(ExitCode::kInput), 3);
  EXPECT_EQ(static_cast<int>(ExitCode::kModel), 4);
  EXPECT_EQ(static_cast<int>(ExitCode::kSomeFailed), 5);
  EXPECT_EQ(static_cast<int>(ExitCode::kAllFailed), 6);
  EXPECT_EQ(static_cast<int>(ExitCode::kOutput), 7);
  EXPECT_EQ(static_cast<int>(ExitCode::kRegression), 9);
  EXPECT_EQ(static_cast<int>(ExitCode::kInterrupted), 130);
}

TEST(ExitCode, EachKindOfErrorHasItsCode) {
  EXPECT_EQ(exit_code_of(ErrorKind::kUsage), ExitCode::kUsage);
  EXPECT_EQ(exit_code_of(ErrorKind::kInput), ExitCode::kInput);
  EXPECT_EQ(exit_code_of(ErrorKind::kModel), ExitCode::kModel);
  EXPECT_EQ(exit_code_of(ErrorKind::kOutput), ExitCode::kOutput);
  EXPECT_EQ(exit_code_of(ErrorKind::kInterrupted), ExitCode::kInterrupted);
  EXPECT_EQ(exit_code_of(ErrorKind::kInternal), ExitCode::kInternal);
}

}  // namespace
}  // namespace slava
