// Which linear layers get a low-rank adapter, and of which kind. No tensors here.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace slava {

struct AdapterPlan {
  int64_t rank = 0;                  // R, the inner width; 0: no adapters
  double alpha = 16;                 // what an adapter adds is scaled by alpha / rank
  double dropout = 0;                // of an adapter's input, in training
  std::string scope;                 // layers whose names begin so
  std::vector<std::string> targets;  // last names of the layers; empty: all under `scope`
};

}  // namespace slava
