// Low-rank adapters in the files of Hugging Face's PEFT (adapter_config.json,
// adapter_model.safetensors): out of a model's parameters, and into them. Never here: training.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "nn/parameters.h"

namespace slava {

// What adapter_config.json says beside the layers and the rank, which the parameters tell.
struct AdapterFileOptions {
  double alpha = 16;
  double dropout = 0;
  std::string base;  // where the checkpoint is that the adapter belongs to
};

// Writes the adapters among `parameters` into `folder`, float32. Their layers are named in the
// layout with separate q_proj, k_proj and v_proj, whatever the checkpoint's own is.
Status write_adapter(const std::filesystem::path& folder, const AdapterFileOptions& options,
                     const std::vector<Parameter>& parameters);

// `parameters` without adapters: what they add is in the weights, which are copies where they
// differ. `alpha` as in AdapterPlan.
std::vector<Parameter> merged(const std::vector<Parameter>& parameters, double alpha);

// Adds the adapter in `folder` to the weights in place. kModel with everything that does not fit;
// adapters of other kinds than plain LoRA are refused. Tensors on the meta device are checked only.
Status add_adapter(const std::filesystem::path& folder, const std::vector<Parameter>& parameters);

// SHA-256 over the adapter's two files.
Result<std::string> adapter_sha256(const std::filesystem::path& folder);

}  // namespace slava
