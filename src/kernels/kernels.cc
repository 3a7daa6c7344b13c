#include "kernels/kernels.h"

#include <cstring>

#include "kernels/tables.h"

namespace slava {
const Kernels& kernels_of(Isa isa) {
#if defined(__x86_64__)
  if (isa == Isa::kAvx512) return avx512::kTable;
  if (isa == Isa::kAvx2) return avx2::kTable;
#endif
  (void)isa;
  return plain::kTable;
}

const Kernels& kernels() {
  static const Kernels& best = kernels_of(best_isa());
  return best;
}

void pack_panels(const int8_t* weight, int64_t outputs, int64_t inputs, int64_t stride,
                 int64_t first, int64_t last, uint8_t* panels) {
  static_assert(kPanelInputs == sizeof(uint32_t));
  constexpr int64_t kGroupsAtOnce = 16;  // a cache line of each row
  const int64_t groups = padded_inputs(inputs) / kPanelInputs;
  for (int64_t panel = first; panel < last; ++panel) {
    uint8_t* out = panels + panel * groups * kPanelOutputs * kPanelInputs;
    for (int64_t begin = 0; begin < groups; begin += kGroupsAtOnce) {
      const int64_t end = groups - begin < kGroupsAtOnce ? groups : begin + kGroupsAtOnce;
      for (int64_t i = 0; i < kPanelOutputs; ++i) {
        const int64_t n = panel * kPanelOutputs + i;
        for (int64_t group = begin; group < end; ++group) {
          const int64_t left = inputs - group * kPanelInputs;
          const int64_t bytes = left < kPanelInputs ? left : kPanelInputs;
          uint32_t four = 0;
          if (n < outputs) {
            const int8_t* from = weight + n * stride + group * kPanelInputs;
            if (bytes == kPanelInputs) {
              std::memcpy(&four, from, sizeof four);
            } else {
              std::memcpy(&four, from, static_cast<size_t>(bytes));
            }
          }
          four ^= 0x80808080U;  // 128 more, of each byte
          std::memcpy(out + (group * kPanelOutputs + i) * kPanelInputs, &four, sizeof four);
        }
      }
    }
  }
}

}  // namespace slava
