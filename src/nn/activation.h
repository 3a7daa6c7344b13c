// Activation functions by the names that Hugging Face configurations use.
#pragma once

#include <string>

#include "base/result.h"
#include "nn/layer_input.h"
#include "nn/torch.h"

namespace slava {

// Their results go into linear layers.
using ActivationFunction = LayerInput (*)(const Tensor&);

// GELU by the tanh approximation.
LayerInput gelu_tanh(const Tensor& x);

// "gelu", "gelu_new", "gelu_pytorch_tanh", "quick_gelu", "relu", "silu". kModel lists them for any
// other name; `key` is the configuration's key, for the message.
Result<ActivationFunction> activation_named(const std::string& name, const std::string& key);

}  // namespace slava
