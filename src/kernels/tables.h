// The tables that the instruction sets fill, one each (table.cc).
#pragma once

#include "kernels/kernels.h"

namespace slava {

namespace plain {
extern const Kernels kTable;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels kTable;
}
namespace avx512 {
extern const Kernels kTable;
}
#endif

}  // namespace slava
