// The small layers that every part of the model is made of: weights as plain structs, the
// operation as a call. Shapes: B batch, T tokens, D model width, H heads, K head width.
#pragma once

#include <string>

#include "nn/parameters.h"
#include "nn/torch.h"

namespace slava {

enum class Bias { kNone, kOne };

// y = x W^T + b, weight [out, in], bias [out] or undefined.
struct Linear {
  Tensor weight;
  Tensor bias;

  Linear() = default;
  Linear(ParameterBinder& binder, const std::string& scope, int64_t in, int64_t out,
         double std = 0.02, Bias with_bias = Bias::kOne)
      : weight(binder.bind(scope, "weight", {out, in}, Start::normal(std))) {
    if (with_bias == Bias::kOne) bias = binder.bind(scope, "bias", {out}, Start::zeros());
  }

  Tensor operator()(const Tensor& x) const { return at::linear(x, weight, bias); }
};

// Normalises the last dimension; weight and bias [width].
struct LayerNorm {
  Tensor weight;
  Tensor bias;
  double eps = 1e-5;

  LayerNorm() = default;
  LayerNorm(ParameterBinder& binder, const std::string& scope, int64_t width, double eps)
      : weight(binder.bind(scope, "weight", {width}, Start::ones())),
        bias(binder.bind(scope, "bias", {width}, Start::zeros())),
        eps(eps) {}

  Tensor operator()(const Tensor& x) const {
    return at::layer_norm(x, {x.size(-1)}, weight, bias, eps);
  }
};

// Divides the last dimension by its root mean square (arXiv:1910.07467); weight [width]. The mean
// is taken in float32 whatever x is.
struct RmsNorm {
  Tensor weight;
  double eps = 1e-6;

  RmsNorm() = default;
  RmsNorm(ParameterBinder& binder, const std::string& scope, int64_t width, double eps)
      : weight(binder.bind(scope, "weight", {width}, Start::ones())), eps(eps) {}

  Tensor operator()(const Tensor& x) const {
    const Tensor wide = x.to(at::kFloat);
    const Tensor scale = at::rsqrt(wide.square().mean(-1, /*keepdim=*/true) + eps);
    return weight * (wide * scale).to(x.scalar_type());
  }
};

// Rows of a table by id; weight [vocabulary, width].
struct Embedding {
  Tensor weight;

  Embedding() = default;
  Embedding(ParameterBinder& binder, const std::string& scope, int64_t vocabulary, int64_t width)
      : weight(binder.bind(scope, "weight", {vocabulary, width}, Start::normal(0.02))) {}

  Tensor operator()(const Tensor& ids) const { return at::embedding(weight, ids); }
};

// x [B, T, H * K] to [B, H, T, K], and back.
inline Tensor split_heads(const Tensor& x, int64_t heads) {
  return x.view({x.size(0), x.size(1), heads, -1}).transpose(1, 2);
}
inline Tensor join_heads(const Tensor& x) { return x.transpose(1, 2).flatten(2); }

// Whether a forward pass belongs to training: dropout on, batch statistics of the batch.
enum class Pass { kInference, kTraining };

inline Tensor dropout(const Tensor& x, double probability, Pass pass) {
  if (pass == Pass::kInference || probability == 0) return x;
  return at::dropout(x, probability, true);
}

}  // namespace slava
