#include "base/interrupt.h"

#include <csignal>

namespace slava {
namespace {

volatile std::sig_atomic_t caught = 0;

void remember(int signal) {
  caught = 1;
  std::signal(signal, SIG_DFL);
}

}  // namespace

void watch_for_interrupt() {
  std::signal(SIGINT, remember);
  std::signal(SIGTERM, remember);
}

bool interrupted() { return caught != 0; }

}  // namespace slava
