// EfficientNet-Lite (github.com/tensorflow/tpu, efficientnet/lite): MBConv blocks with ReLU6 and
// without squeeze-excitation. [V, 3, S, S] in, the last convolution's grid [V, (S/32)^2, 1280] out.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "vision/vision_encoder.h"

namespace slava {

// config: `variant` ("lite0"), `image_size` (a multiple of 32), `batch_norm_eps` (1e-3).
Result<std::unique_ptr<VisionEncoder>> make_efficientnet_lite(const nlohmann::json& config,
                                                              ParameterBinder& binder,
                                                              const std::string& scope);

}  // namespace slava
