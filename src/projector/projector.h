// Vision features into the decoder's space. One family a file; the table of families is below.
// Shapes: V films, N patches, E vision width, M image tokens, D model width.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "nn/layers.h"
#include "nn/parameters.h"

namespace slava {

class Projector {
 public:
  virtual ~Projector() = default;
  // features [V, N, E] to image tokens [V, M, D].
  virtual Tensor project(const Tensor& features) const = 0;
  // M for so many patches of a film; 0 when it cannot take that number.
  virtual int64_t tokens(int64_t patches) const = 0;
};

struct ProjectorConfig {
  // As LLaVA's mm_projector_type: "linear", "mlpNx_gelu"; MobileVLM's "ldpnet", "ldpnetv2".
  std::string type = "mlp2x_gelu";
  std::string scope = "model.mm_projector";
  // Names of an MLP's linear layers under `scope`; empty: 0, 2, 4, ... as in LLaVA's Sequential,
  // and for "linear" the scope itself.
  std::vector<std::string> layers;
  Bias bias = Bias::kOne;
};

// kModel when the type is not known.
Result<std::unique_ptr<Projector>> make_projector(const ProjectorConfig& config,
                                                  int64_t vision_width, int64_t model_width,
                                                  ParameterBinder& binder);

}  // namespace slava
