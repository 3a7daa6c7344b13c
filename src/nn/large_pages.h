// Memory for what is read from end to end again and again: weights, caches.
#pragma once

#include "nn/torch.h"

namespace slava {

// Like at::empty. On the CPU it begins where a large page can, and the system is asked for such
// pages: with small ones half of the time goes into finding them.
Tensor empty_in_large_pages(at::IntArrayRef sizes, const at::TensorOptions& options);

}  // namespace slava
