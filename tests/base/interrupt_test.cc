#include "base/interrupt.h"

#include <gtest/gtest.h>

#include <csignal>

namespace slava {
namespace {

// In a process of its own: the memory of a signal cannot be taken back.
TEST(InterruptDeathTest, TheFirstSignalIsRememberedAndTheSecondEnds) {
  EXPECT_EXIT(
      {
        watch_for_interrupt();
        if (interrupted()) std::_Exit(1);
        std::raise(SIGTERM);
        std::_Exit(interrupted() ? 0 : 2);
      },
      testing::ExitedWithCode(0), "");
  EXPECT_EXIT(
      {
        watch_for_interrupt();
        std::raise(SIGINT);
        std::raise(SIGINT);
        std::_Exit(0);
      },
      testing::KilledBySignal(SIGINT), "");
}

}  // namespace
}  // namespace slava
