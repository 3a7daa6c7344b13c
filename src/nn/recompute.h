// Gradient checkpointing (arXiv:1604.06174): a function of a tensor in, its value with gradients
// out. What the function computes on its way is not kept but computed again in backward.
#pragma once

#include <functional>

#include "nn/torch.h"

namespace slava {

// f(x). Gradients reach x and every leaf that f uses, as if f had been called; the value is the
// same. Random draws of libtorch's generators are repeated, and so is autocast. `f` is called again
// in backward, so what it refers to must live until then.
Tensor recomputed(std::function<Tensor(const Tensor&)> f, const Tensor& x);

}  // namespace slava
