// Models of known sizes with random weights: speed depends on shapes alone.
#pragma once

#include <string>

#include "assistant/checkpoint_config.h"

namespace slava {

// The shape of that name (bench_shape_names): "slava" (CLIP-L/14-336, mlp2x_gelu, Phi-2),
// "llava-2.7b" (the same with LLaMA 2560 x 32), "llava-7b" (with LLaMA 4096 x 32), and "tiny" for
// tests.
CheckpointConfig bench_config(const std::string& shape);

}  // namespace slava
