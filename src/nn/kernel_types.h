// Tensors' memory as the kernels take it.
#pragma once

#include "kernels/kernels.h"
#include "nn/torch.h"

namespace slava {

// Calls `work` with the tensor's numbers, `const float*` or `const Bf16*`; it is contiguous and on
// the CPU.
template <typename Work>
void with_numbers(const Tensor& x, const Work& work) {
  if (x.scalar_type() == at::kFloat) {
    work(x.const_data_ptr<float>());
  } else {
    static_assert(sizeof(Bf16) == sizeof(at::BFloat16));
    work(reinterpret_cast<const Bf16*>(x.const_data_ptr<at::BFloat16>()));
  }
}

// The numbers of another such tensor, of the same type as `like`.
template <typename T>
const T* numbers_as(const Tensor& x, const T* /*like*/) {
  return static_cast<const T*>(x.const_data_ptr());
}

// The memory of a tensor that was just made, of the same type as `like`.
inline float* numbers_of(Tensor& x, const float* /*like*/) { return x.data_ptr<float>(); }
inline Bf16* numbers_of(Tensor& x, const Bf16* /*like*/) {
  return reinterpret_cast<Bf16*>(x.data_ptr<at::BFloat16>());
}

// Whether the kernels take it: numbers of their types, in the CPU's memory, no gradients recorded.
bool takes_kernels(const Tensor& x);
// Whether they take both, and the types are the same.
bool takes_kernels(const Tensor& x, const Tensor& y);

}  // namespace slava
