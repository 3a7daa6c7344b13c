#include "base/progress.h"

#include <gtest/gtest.h>

namespace slava {
namespace {

TEST(Progress, ClockTextIsMinutesAndSecondsThenHours) {
  EXPECT_EQ(clock_text(0), "0:00");
  EXPECT_EQ(clock_text(65), "1:05");
  EXPECT_EQ(clock_text(3599.4), "59:59");
  EXPECT_EQ(clock_text(3599.6), "1:00:00");
  EXPECT_EQ(clock_text(3725), "1:02:05");
  EXPECT_EQ(clock_text(-3), "0:00");
}

TEST(Progress, TheEndIsNotKnownBeforeTheFirstStep) {
  const Progress progress("studies", 10);
  EXPECT_LT(progress.seconds_left(0), 0);
  EXPECT_GE(progress.seconds_left(5), 0);
  EXPECT_EQ(progress.seconds_left(10), 0);
}

TEST(Progress, NothingIsPrintedWhereStderrIsNoTerminal) {
  testing::internal::CaptureStderr();
  {
    Progress progress("studies", 2);
    progress.show(1, "1.2.3");
    progress.show(2);
  }
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace slava
