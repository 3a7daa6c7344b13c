#include "nn/large_pages.h"

#include <ATen/ops/from_blob.h>
#include <sys/mman.h>

#include <cstdlib>
#include <new>

namespace slava {
namespace {

constexpr size_t kLargePage = size_t{2} << 20;

}  // namespace

Tensor empty_in_large_pages(at::IntArrayRef sizes, const at::TensorOptions& options) {
  const size_t bytes =
      static_cast<size_t>(c10::multiply_integers(sizes)) * options.dtype().itemsize();
  if (!options.device().is_cpu() || bytes < kLargePage) return at::empty(sizes, options);
  void* memory = nullptr;
  if (::posix_memalign(&memory, kLargePage, bytes) != 0) throw std::bad_alloc();
  // A wish: without it, or without large pages, the memory is the same.
  ::madvise(memory, bytes / kLargePage * kLargePage, MADV_HUGEPAGE);
  return at::from_blob(
      memory, sizes, [](void* p) { std::free(p); }, options);
}

}  // namespace slava
