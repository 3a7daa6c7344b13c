// How large the inputs of a linear layer get: what its weights have to be rounded for.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "nn/torch.h"

namespace slava {

struct InputRange {
  Tensor
      largest;  // [in], float32: the largest magnitude of each input so far; undefined: none seen

  // x [..., in].
  void see(const Tensor& x) {
    const Tensor rows = x.detach().to(at::kCPU, at::kFloat).abs().flatten(0, -2).amax(0);
    largest = largest.defined() ? at::maximum(largest, rows) : rows;
  }
};

// By the layer's scope.
using InputRanges = std::map<std::string, std::shared_ptr<InputRange>>;

}  // namespace slava
