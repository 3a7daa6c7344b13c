// The part of the program that needs CUDA's own headers: graphs of steps, and how much memory a GPU
// has left. A library of its own, loaded by nn/step_graph.cc.
#include "nn/step_graph.h"

#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <c10/cuda/CUDAStream.h>

namespace slava {
namespace {

// Libraries set themselves up in the first runs, which a recording does not allow.
constexpr int kRunsBefore = 3;

class CudaStepGraph : public StepGraph {
 public:
  void record(const std::function<void()>& work) override {
    // A recording is not made on the default stream.
    const c10::cuda::CUDAStream stream = c10::cuda::getStreamFromPool();
    c10::cuda::device_synchronize();
    {
      const c10::cuda::CUDAStreamGuard guard(stream);
      for (int i = 0; i < kRunsBefore; ++i) work();
      stream.synchronize();
      graph_.capture_begin();
      work();
      graph_.capture_end();
    }
    c10::cuda::device_synchronize();
  }

  void replay() override { graph_.replay(); }

 private:
  at::cuda::CUDAGraph graph_;
};

std::unique_ptr<StepGraph> make_step_graph() { return std::make_unique<CudaStepGraph>(); }

uint64_t free_memory() {
  return c10::cuda::CUDACachingAllocator::get()->getMemoryInfo(c10::cuda::current_device()).first;
}

}  // namespace
}  // namespace slava

extern "C" __attribute__((visibility("default"))) slava::CudaPart slava_cuda_part() {
  return {slava::make_step_graph, slava::free_memory};
}
