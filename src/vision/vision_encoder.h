// Model pixels into patch features. One family a file; the table of families is below.
// Shapes: V films, S image side, N patches, E width.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "base/result.h"
#include "nn/layers.h"
#include "nn/parameters.h"

namespace slava {

class VisionEncoder {
 public:
  virtual ~VisionEncoder() = default;

  // pixels [V, 3, S, S] to features [V, N, E].
  virtual Tensor encode(const Tensor& pixels, Pass pass) const = 0;

  virtual int64_t image_size() const = 0;  // S
  virtual int64_t patches() const = 0;     // N
  virtual int64_t width() const = 0;       // E
};

// Builds the family that `config["model_type"]` names, its parameters under `scope`.
// kModel when the family is not known or a key is missing; parameters' problems stay with `binder`.
Result<std::unique_ptr<VisionEncoder>> make_vision_encoder(const nlohmann::json& config,
                                                           ParameterBinder& binder,
                                                           const std::string& scope);

}  // namespace slava
