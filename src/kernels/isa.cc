#include "kernels/isa.h"

#include <cstdlib>
#include <string_view>

namespace slava {

const char* to_string(Isa isa) {
  switch (isa) {
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx2:
      return "avx2";
    case Isa::kPlain:
      break;
  }
  return "plain";
}

bool is_available(Isa isa) {
#if defined(__x86_64__)
  switch (isa) {
    case Isa::kAvx512:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
             __builtin_cpu_supports("avx512vnni");
    case Isa::kAvx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Isa::kPlain:
      break;
  }
#endif
  return isa == Isa::kPlain;
}

Isa best_isa() {
  const char* mask = std::getenv("SLAVA_ISA");
  Isa best = Isa::kPlain;
  for (const Isa isa : kIsas) {
    if (is_available(isa)) best = isa;
    if (mask != nullptr && std::string_view(mask) == to_string(isa)) break;
  }
  return best;
}

}  // namespace slava
