// The moment as text for people and scripts. Never part of what must be reproducible.
#pragma once

#include <string>

namespace slava {

// "2026-11-25T00:31:59Z"
std::string utc_now();

}  // namespace slava
