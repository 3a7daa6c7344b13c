// What libtorch would need several passes over memory for, in one; where no gradient is wanted.
#pragma once

#include "nn/kernel_types.h"
#include "nn/torch.h"

namespace slava {

// weight [D] * x [..., D] / root mean square of x. Both must suit the kernels (takes_kernels).
Tensor rms_norm(const Tensor& x, const Tensor& weight, double eps);

// silu(gate) * up, of one shape; any tensors.
Tensor silu_times(const Tensor& gate, const Tensor& up);

// x * sigmoid(slope * (x + cubic * x^3)); x must suit the kernels.
Tensor gate_by_sigmoid(const Tensor& x, double slope, double cubic);

}  // namespace slava
