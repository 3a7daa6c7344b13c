// Which instruction sets the processor offers to the kernels.
#pragma once

namespace slava {

enum class Isa {
  kPlain,   // what every processor of the architecture has
  kAvx2,    // AVX2 and FMA
  kAvx512,  // AVX-512 F, BW, VL, DQ and VNNI
};

inline constexpr Isa kIsas[] = {Isa::kPlain, Isa::kAvx2, Isa::kAvx512};

const char* to_string(Isa isa);

// Whether this processor has it.
bool is_available(Isa isa);

// The best one that is available and not masked off: the environment variable SLAVA_ISA (plain,
// avx2, avx512) names the best one that may be used.
Isa best_isa();

}  // namespace slava
