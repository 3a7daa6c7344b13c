#include "kernels/kernels.h"

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
  const int64_t groups = padded_inputs(inputs) / kPanelInputs;
  for (int64_t panel = first; panel < last; ++panel) {
    uint8_t* out = panels + panel * groups * kPanelOutputs * kPanelInputs;
    for (int64_t group = 0; group < groups; ++group) {
      for (int64_t i = 0; i < kPanelOutputs; ++i) {
        const int64_t n = panel * kPanelOutputs + i;
        for (int64_t j = 0; j < kPanelInputs; ++j) {
          const int64_t k = group * kPanelInputs + j;
          const int value = n < outputs && k < inputs ? weight[n * stride + k] : 0;
          *out++ = static_cast<uint8_t>(value + 128);
        }
      }
    }
  }
}

}  // namespace slava
