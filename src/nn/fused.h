// What libtorch would need several passes over memory for, in one; where no gradient is wanted. All
// that is computed here goes into linear layers, rounded to 8 bit in the same pass where they want
// it so.
#pragma once

#include "nn/kernel_types.h"
#include "nn/layer_input.h"
#include "nn/torch.h"

namespace slava {

// weight [D] * (x [..., D] - mean of x) / standard deviation of x + bias [D]. All must suit the
// kernels (takes_kernels).
LayerInput layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, double eps);

// weight [D] * x [..., D] / root mean square of x. Both must suit the kernels.
LayerInput rms_norm(const Tensor& x, const Tensor& weight, double eps);

// silu(gate) * up, of one shape; any tensors.
LayerInput silu_times(const Tensor& gate, const Tensor& up);

// x * sigmoid(slope * (x + cubic * x^3)); x must suit the kernels.
LayerInput gate_by_sigmoid(const Tensor& x, double slope, double cubic);

}  // namespace slava
