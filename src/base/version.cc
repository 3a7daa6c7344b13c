#include "base/version.h"

namespace slava {

const char* program_version() { return SLAVA_VERSION; }

}  // namespace slava
