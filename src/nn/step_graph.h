// A piece of work on a GPU that is recorded once and then played again without the host's part in
// it (CUDA graphs). Behind an interface: the program needs no CUDA, what does is in a library of
// its own (src/cuda), which is loaded where it lies beside the program.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "nn/torch.h"

namespace slava {

class StepGraph {
 public:
  virtual ~StepGraph() = default;
  // Records what `work` does on the device: always at the same addresses, without waiting for the
  // device. It is run a few times before.
  virtual void record(const std::function<void()>& work) = 0;
  virtual void replay() = 0;
};

// What the library gives; null pointers where it is not there.
struct CudaPart {
  std::unique_ptr<StepGraph> (*make_step_graph)() = nullptr;
  uint64_t (*free_memory)() = nullptr;  // bytes of the current GPU
};
const CudaPart& cuda_part();

// The name that the library gives its CudaPart under: a function of this type.
inline constexpr const char* kCudaPartLibrary = "libslava_cuda.so";
inline constexpr const char* kCudaPartFunction = "slava_cuda_part";
using CudaPartFunction = CudaPart();

}  // namespace slava
