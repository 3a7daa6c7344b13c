// LLaVA's projector: linear layers with GELU between them.
#pragma once

#include <string>
#include <vector>

#include "projector/projector.h"

namespace slava {

class MlpProjector : public Projector {
 public:
  // A linear layer for each scope: E -> D, then D -> D.
  MlpProjector(const std::vector<std::string>& scopes, Bias bias, int64_t vision_width,
               int64_t model_width, ParameterBinder& binder);
  Tensor project(const Tensor& features) const override;
  int64_t tokens(int64_t patches) const override { return patches; }

 private:
  at::ScalarType dtype_;  // features may come in another
  std::vector<Linear> layers_;
};

}  // namespace slava
