#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace slava {

void check_failed(const char* file, int line, std::string_view what) {
  std::fprintf(stderr, "slava-cxr: internal error at %s:%d: %.*s does not hold\n", file, line,
               static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace slava
