#include "nn/kernel_types.h"

#include <ATen/core/grad_mode.h>

namespace slava {

bool takes_kernels(const Tensor& x) {
  const bool known = x.scalar_type() == at::kFloat || x.scalar_type() == at::kBFloat16;
  return x.device().is_cpu() && known && !at::GradMode::is_enabled();
}

bool takes_kernels(const Tensor& x, const Tensor& y) {
  return takes_kernels(x) && takes_kernels(y) && x.scalar_type() == y.scalar_type();
}

}  // namespace slava
