// CLIP's vision transformer (arXiv:2103.00020): a class token and S/P x S/P patches through
// pre-norm blocks. [V, 3, S, S] in, the hidden states of chosen layers [V, N, E] out.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "vision/vision_encoder.h"

namespace slava {

// Keys as parse_vision_transformer() takes them; the first token is the class token. Parameters
// under `scope`: embeddings, pre_layrnorm (sic), encoder.layers.N, post_layernorm.
Result<std::unique_ptr<VisionEncoder>> make_clip(const nlohmann::json& config,
                                                 ParameterBinder& binder, const std::string& scope);

}  // namespace slava
