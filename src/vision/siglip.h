// SigLIP's vision transformer (arXiv:2303.15343): patches alone, without a class token and without
// a norm before the blocks. [V, 3, S, S] in, the hidden states of chosen layers [V, N, E] out.
#pragma once

#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "vision/vision_encoder.h"

namespace slava {

// Keys as parse_vision_transformer() takes them. "patch" drops the first token here too, though it
// is a patch and no class token: TinyLLaVA does so (728 of 729 patches), and its checkpoints were
// trained on what remains. Parameters under `scope`: embeddings, encoder.layers.N, post_layernorm,
// and the pooling `head` where the file has it; the last two are not loaded.
Result<std::unique_ptr<VisionEncoder>> make_siglip(const nlohmann::json& config,
                                                   ParameterBinder& binder,
                                                   const std::string& scope);

}  // namespace slava
