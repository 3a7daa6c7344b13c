#include "nn/fused.h"

#include <ATen/Parallel.h>

#include "base/check.h"

namespace slava {
namespace {

// Numbers that are worth a thread.
constexpr int64_t kGrain = 1 << 14;

}  // namespace

Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps) {
  SLAVA_CHECK(takes_kernels(x, weight));
  const int64_t width = x.size(-1), rows = x.numel() / width;
  SLAVA_CHECK_EQ(weight.numel(), width);
  const Tensor in = x.contiguous();
  Tensor out = at::empty_like(in);
  with_numbers(in, [&](const auto* from) {
    auto* to = numbers_of(out, from);
    const auto* scale = static_cast<decltype(from)>(weight.const_data_ptr());
    at::parallel_for(0, rows, std::max<int64_t>(1, kGrain / width), [&](int64_t a, int64_t b) {
      kernels().rms_norm_rows.of(from)(from + a * width, scale, eps, b - a, width, to + a * width);
    });
  });
  return out;
}

Tensor silu_times(const Tensor& gate, const Tensor& up) {
  if (!takes_kernels(gate, up)) return at::silu(gate) * up;
  const Tensor a = gate.contiguous(), b = up.contiguous();
  Tensor out = at::empty_like(a);
  with_numbers(a, [&](const auto* left) {
    const auto* right = static_cast<decltype(left)>(b.const_data_ptr());
    auto* to = numbers_of(out, left);
    at::parallel_for(0, a.numel(), kGrain, [&](int64_t begin, int64_t end) {
      kernels().silu_times.of(left)(left + begin, right + begin, end - begin, to + begin);
    });
  });
  return out;
}

Tensor gate_by_sigmoid(const Tensor& x, double slope, double cubic) {
  SLAVA_CHECK(takes_kernels(x));
  const Tensor in = x.contiguous();
  Tensor out = at::empty_like(in);
  with_numbers(in, [&](const auto* from) {
    auto* to = numbers_of(out, from);
    at::parallel_for(0, in.numel(), kGrain, [&](int64_t begin, int64_t end) {
      kernels().gate_by_sigmoid.of(from)(from + begin, static_cast<float>(slope),
                                         static_cast<float>(cubic), end - begin, to + begin);
    });
  });
  return out;
}

}  // namespace slava
