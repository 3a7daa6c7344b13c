// Vision features into the decoder's space. One family a file; the table of families is below.
// Shapes: V films, N patches, E vision width, M image tokens, D model width.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "nn/layers.h"
#include "nn/parameters.h"

namespace slava {

class Projector {
 public:
  virtual ~Projector() = default;
  // features [V, N, E] to image tokens [V, M, D].
  virtual Tensor project(const Tensor& features) const = 0;
};

// `type` as in LLaVA's mm_projector_type: "mlpNx_gelu". Parameters under `scope`.
// kModel when the type is not known.
Result<std::unique_ptr<Projector>> make_projector(const std::string& type, int64_t vision_width,
                                                  int64_t model_width, ParameterBinder& binder,
                                                  const std::string& scope);

}  // namespace slava
