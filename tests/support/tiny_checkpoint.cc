#include "support/tiny_checkpoint.h"

#include <fstream>

namespace slava {

void write_tiny_config(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  std::ofstream(folder / "config.json") << R"({
  "model_type": "slava_cxr",
  "name": "tiny",
  "notice": "TEST MODEL",
  "torch_dtype": "float32",
  "views": ["frontal", "lateral"],
  "prompt": {
    "conversation": "USER: {films}{question} ASSISTANT:",
    "frontal": "Frontal <image> ",
    "lateral": "Lateral <image> ",
    "question": "Write a report."
  },
  "vision_config": {"model_type": "efficientnet_lite", "variant": "lite0", "image_size": 32},
  "mm_projector_type": "mlp2x_gelu",
  "text_config": {
    "model_type": "phi", "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2,
    "num_attention_heads": 4, "vocab_size": 300, "max_position_embeddings": 256,
    "partial_rotary_factor": 0.5, "resid_pdrop": 0.1
  }
})";
  std::ofstream(folder / "preprocessor_config.json") << R"({
  "image_profile": "mimic-cxr-jpg", "image_aspect_ratio": "square", "size": 32,
  "image_mean": [0.5, 0.5, 0.5], "image_std": [0.5, 0.5, 0.5]
})";
  std::ofstream(folder / "generation_config.json") << R"({"max_new_tokens": 24})";
}

}  // namespace slava
