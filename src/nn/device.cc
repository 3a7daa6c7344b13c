#include "nn/device.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <malloc.h>

#include <cstdlib>
#include <thread>

#include "base/log.h"
#include "base/strings.h"

namespace slava {
namespace {

// Tensors up to this size are kept when they are freed (more, glibc does not do), and so much
// memory in all.
constexpr int kLargestKeptBytes = 32 << 20;
constexpr int kMostKeptBytes = 512 << 20;

// The program links libtorch's CPU half only; the CUDA half registers itself when it is loaded, so
// that one binary serves machines with and without it.
bool cuda_works() {
  static const bool works = [] {
    if (dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) == nullptr) {
      log_debug(cat("no CUDA: ", dlerror()));
      return false;
    }
    return at::hasCUDA() && at::getNumGPUs() > 0;
  }();
  return works;
}

}  // namespace

// Machines with AMX have these instructions too.
bool cpu_has_bfloat16() {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

Result<at::Device> resolve_device(Device wish) {
  if (wish == Device::kCpu) return at::Device(at::kCPU);
  if (cuda_works()) return at::Device(at::kCUDA, 0);
  if (wish == Device::kAuto) return at::Device(at::kCPU);
  return fail(ErrorKind::kUsage,
              "--device cuda: this libtorch has no CUDA or no GPU was found; expected a CUDA build "
              "of libtorch (SLAVA_TORCH_DIR) and an NVIDIA driver; use --device cpu");
}

at::ScalarType resolve_dtype(NumberType wish, at::ScalarType stored, size_t parameters,
                             const at::Device& device) {
  if (wish == NumberType::kFloat32) return at::kFloat;
  if (wish == NumberType::kBfloat16) return at::kBFloat16;
  const bool small = parameters * sizeof(float) <= kSmallModelBytes;
  // In 8 and 4 bit the kernels only store what lies between the products in bfloat16.
  const bool in_few_bits = wish == NumberType::kInt8 || wish == NumberType::kInt4;
  const bool fast = device.is_cuda() || in_few_bits || cpu_has_bfloat16();
  const bool halved = stored == at::kBFloat16 || stored == at::kHalf;
  return small || !fast || !halved ? at::kFloat : at::kBFloat16;
}

std::string dtype_name(at::ScalarType type) {
  switch (type) {
    case at::kFloat:
      return "float32";
    case at::kBFloat16:
      return "bfloat16";
    case at::kHalf:
      return "float16";
    default:
      return c10::toString(type);
  }
}

void set_up_libtorch(int threads) {
  // libtorch looks at it when it first allocates; what the user has set stays.
  ::setenv("THP_MEM_ALLOC_ENABLE", "1", /*overwrite=*/0);
  // Freed memory is kept for the next tensors: fresh pages have to be cleared by the kernel, which
  // takes as long as much of what is computed in them.
  ::mallopt(M_MMAP_THRESHOLD, kLargestKeptBytes);
  ::mallopt(M_TRIM_THRESHOLD, kMostKeptBytes);
  at::set_num_threads(
      threads > 0 ? threads : static_cast<int>(std::max(1U, std::thread::hardware_concurrency())));
}

}  // namespace slava
