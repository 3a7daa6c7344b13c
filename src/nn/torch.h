// libtorch's tensors with autograd, as far as the project needs them; the precompiled header of the
// model's folders. `torch/torch.h` is not needed and costs twice the compile time.
#pragma once

#include <ATen/ATen.h>

namespace slava {

using at::Tensor;

}  // namespace slava
