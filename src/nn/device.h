// The user's wish for device and number type, against what libtorch and the machine offer.
#pragma once

#include <string>

#include "base/result.h"
#include "nn/device_options.h"
#include "nn/torch.h"

namespace slava {

// kUsage when CUDA is asked for and cannot be had; kAuto then falls back to the CPU.
Result<at::Device> resolve_device(Device wish);

// The type of activations. kAuto, kInt8 and kInt4: float32 for checkpoints whose float32 weights
// fit into kSmallModelBytes, else bfloat16 where the weights are stored in 16 bit; kAuto: float32
// on CPUs without bfloat16 arithmetic.
at::ScalarType resolve_dtype(NumberType wish, at::ScalarType stored, size_t parameters,
                             const at::Device& device);

inline constexpr size_t kSmallModelBytes = size_t{1} << 30;

// Whether the CPU computes in bfloat16, not only stores it.
bool cpu_has_bfloat16();

// "float32", "bfloat16", "float16".
std::string dtype_name(at::ScalarType type);

// To be called before the first tensor is made. All cores when `threads` is 0. Large tensors get
// large pages where the system has them: reading weights and caches is twice as fast. What tensors
// leave is kept for the next ones.
void set_up_libtorch(int threads);

}  // namespace slava
