#include "nn/step_graph.h"

#include <dlfcn.h>

#include "base/log.h"
#include "base/strings.h"

namespace slava {

const CudaPart& cuda_part() {
  static const CudaPart part = []() -> CudaPart {
    // Found by the program's own search path: beside it, or where it was built.
    void* library = dlopen(kCudaPartLibrary, RTLD_NOW | RTLD_LOCAL);
    if (library == nullptr) {
      log_debug(cat("no CUDA graphs: ", dlerror()));
      return {};
    }
    auto* function = reinterpret_cast<CudaPartFunction*>(dlsym(library, kCudaPartFunction));
    return function == nullptr ? CudaPart{} : function();
  }();
  return part;
}

}  // namespace slava
