// LLaVA's projector: linear layers with GELU between them, layer i named by its place 0, 2, 4, ...
// in the original's Sequential.
#pragma once

#include <vector>

#include "projector/projector.h"

namespace slava {

class MlpProjector : public Projector {
 public:
  // `depth` linear layers: E -> D, then D -> D.
  MlpProjector(int depth, int64_t vision_width, int64_t model_width, ParameterBinder& binder,
               const std::string& scope);
  Tensor project(const Tensor& features) const override;

 private:
  std::vector<Linear> layers_;
};

}  // namespace slava
