// Stops the program on a programmer's mistake, with both sides of the comparison.
// Never for files, flags, weights or anything else that a user can get wrong: those are Results.
#pragma once

#include <string_view>

#include "base/strings.h"

namespace slava {

[[noreturn]] void check_failed(const char* file, int line, std::string_view what);

}  // namespace slava

#define SLAVA_CHECK(condition)                                               \
  do {                                                                       \
    if (!(condition)) ::slava::check_failed(__FILE__, __LINE__, #condition); \
  } while (false)

#define SLAVA_CHECK_EQ(a, b)                                                                      \
  do {                                                                                            \
    const auto& slava_a = (a);                                                                    \
    const auto& slava_b = (b);                                                                    \
    if (!(slava_a == slava_b))                                                                    \
      ::slava::check_failed(__FILE__, __LINE__,                                                   \
                            ::slava::cat(#a " == " #b " (", slava_a, " against ", slava_b, ")")); \
  } while (false)
