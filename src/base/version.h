// The program's version, as the build knows it.
#pragma once

namespace slava {

const char* program_version();  // "0.1.0"

}  // namespace slava
