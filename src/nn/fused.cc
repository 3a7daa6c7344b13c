#include "nn/fused.h"

#include "base/check.h"

namespace slava {
namespace {

// The input, of x's shape and type, whose rows `begin` to `end` - 1 compute(numbers of x, begin,
// end, out) makes.
template <typename Compute>
LayerInput computed_from(const Tensor& x, Compute compute) {
  return LayerInput(x.sizes(), x.scalar_type(),
                    [x = x.contiguous(), compute](int64_t begin, int64_t end, void* out) {
                      with_numbers(x, [&](const auto* numbers) {
                        using Number = std::decay_t<decltype(*numbers)>;
                        compute(numbers, begin, end, static_cast<Number*>(out));
                      });
                    });
}

}  // namespace

LayerInput layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps) {
  SLAVA_CHECK(takes_kernels(x, weight) && takes_kernels(x, bias));
  const int64_t width = x.size(-1);
  SLAVA_CHECK_EQ(weight.numel(), width);
  SLAVA_CHECK_EQ(bias.numel(), width);
  return computed_from(x, [=](const auto* from, int64_t begin, int64_t end, auto* to) {
    kernels().layer_norm_rows.of(from)(from + begin * width, numbers_as(weight, from),
                                       numbers_as(bias, from), eps, end - begin, width, to);
  });
}

LayerInput rms_norm(const Tensor& x, const Tensor& weight, double eps) {
  SLAVA_CHECK(takes_kernels(x, weight));
  const int64_t width = x.size(-1);
  SLAVA_CHECK_EQ(weight.numel(), width);
  return computed_from(x, [=](const auto* from, int64_t begin, int64_t end, auto* to) {
    kernels().rms_norm_rows.of(from)(from + begin * width, numbers_as(weight, from), eps,
                                     end - begin, width, to);
  });
}

LayerInput silu_times(const Tensor& gate, const Tensor& up) {
  if (!takes_kernels(gate, up)) return at::silu(gate) * up;
  SLAVA_CHECK(gate.sizes() == up.sizes());
  const int64_t width = gate.size(-1);
  return computed_from(
      gate, [width, up = up.contiguous()](const auto* from, int64_t begin, int64_t end, auto* to) {
        kernels().silu_times.of(from)(from + begin * width, numbers_as(up, from) + begin * width,
                                      (end - begin) * width, to);
      });
}

LayerInput gate_by_sigmoid(const Tensor& x, double slope, double cubic) {
  SLAVA_CHECK(takes_kernels(x));
  const int64_t width = x.size(-1);
  return computed_from(x, [=](const auto* from, int64_t begin, int64_t end, auto* to) {
    kernels().gate_by_sigmoid.of(from)(from + begin * width, static_cast<float>(slope),
                                       static_cast<float>(cubic), (end - begin) * width, to);
  });
}

}  // namespace slava
