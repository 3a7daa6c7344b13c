// Ctrl-C and SIGTERM as a question that loops ask between two pieces of work.
#pragma once

namespace slava {

// From here on the first SIGINT or SIGTERM is only remembered; a second one ends the program at
// once.
void watch_for_interrupt();

// True once a signal has come.
bool interrupted();

}  // namespace slava
