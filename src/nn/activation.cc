#include "nn/activation.h"

#include <cmath>
#include <vector>

#include "base/strings.h"
#include "nn/fused.h"

namespace slava {

// (1 + tanh(u)) / 2 is sigmoid(2u).
LayerInput gelu_tanh(const Tensor& x) {
  if (!takes_kernels(x)) return at::gelu(x, "tanh");
  return gate_by_sigmoid(x, 2 * M_SQRT2 / std::sqrt(M_PI), 0.044715);
}

namespace {

LayerInput gelu(const Tensor& x) { return at::gelu(x); }
LayerInput quick_gelu(const Tensor& x) {
  if (!takes_kernels(x)) return x * at::sigmoid(1.702 * x);
  return gate_by_sigmoid(x, 1.702, 0);
}
LayerInput relu(const Tensor& x) { return at::relu(x); }
LayerInput silu(const Tensor& x) { return at::silu(x); }

struct Entry {
  const char* name;
  ActivationFunction function;
};
constexpr Entry kActivations[] = {
    {"gelu", gelu},
    {"gelu_new", gelu_tanh},
    {"gelu_pytorch_tanh", gelu_tanh},
    {"quick_gelu", quick_gelu},
    {"relu", relu},
    {"silu", silu},
};

}  // namespace

Result<ActivationFunction> activation_named(const std::string& name, const std::string& key) {
  std::vector<std::string> known;
  for (const Entry& entry : kActivations) {
    if (name == entry.name) return entry.function;
    known.emplace_back(entry.name);
  }
  return fail(ErrorKind::kModel,
              cat(key, " is \"", name, "\"; expected one of: ", join(known, ", ")));
}

}  // namespace slava
