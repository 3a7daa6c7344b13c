// The small layers that every part of the model is made of: weights as plain structs, the
// operation as a call. Shapes: B batch, T tokens, D model width, H heads, K head width.
#pragma once

#include <cmath>
#include <optional>
#include <string>

#include "nn/float_products.h"
#include "nn/fused.h"
#include "nn/parameters.h"
#include "nn/torch.h"

namespace slava {

// Whether a forward pass belongs to training: dropout on, batch statistics of the batch.
enum class Pass { kInference, kTraining };

inline Tensor dropout(const Tensor& x, double probability, Pass pass) {
  if (pass == Pass::kInference || probability == 0) return x;
  return at::dropout(x, probability, true);
}

// What a low-rank adapter adds to a layer's output (arXiv:2106.09685): scale * (x A^T) B^T. At the
// start B is 0, so that nothing is added. R is the inner width.
struct LowRankAdapter {
  Tensor lora_a;  // [R, in]
  Tensor lora_b;  // [out, R]
  double scale;
  double dropout_share;  // of x, in training

  LowRankAdapter(ParameterBinder& binder, const std::string& scope, int64_t in, int64_t out,
                 const AdapterPlan& plan)
      : lora_a(binder.bind(scope + ".lora_A", "weight", {plan.rank, in},
                           Start::normal(1 / std::sqrt(3.0 * static_cast<double>(in))),
                           Role::kAdapter)),
        lora_b(binder.bind(scope + ".lora_B", "weight", {out, plan.rank}, Start::zeros(),
                           Role::kAdapter)),
        scale(plan.alpha / static_cast<double>(plan.rank)),
        dropout_share(plan.dropout) {}

  Tensor operator()(const Tensor& x, Pass pass) const {
    const Tensor wide = dropout(x.to(at::kFloat), dropout_share, pass);
    return scale * at::linear(at::linear(wide, lora_a), lora_b);
  }
};

enum class Bias { kNone, kOne };

// y = x W^T + b, weight [out, in], bias [out] or undefined; an adapter's share is added where the
// binder's plan names the layer. Where the binder computes linears in 8 or 4 bit `int8` or `int4`
// is there instead of `weight`.
struct Linear {
  Tensor weight;
  Tensor bias;
  std::optional<Int8Linear> int8;
  std::optional<Int4Linear> int4;
  std::shared_ptr<InputRange> range;  // told of every input, if there
  std::optional<LowRankAdapter> adapter;

  Linear() = default;
  Linear(ParameterBinder& binder, const std::string& scope, int64_t in, int64_t out,
         double std = 0.02, Bias with_bias = Bias::kOne) {
    const LinearNumbers numbers = binder.linears_of(scope);
    if (numbers == LinearNumbers::kAsAll) {
      weight = binder.bind(scope, "weight", {out, in}, Start::normal(std));
    }
    if (with_bias == Bias::kOne) bias = binder.bind(scope, "bias", {out}, Start::zeros());
    range = binder.range_for(scope);
    const Start start = Start::normal(std);
    if (numbers == LinearNumbers::kInt8) int8 = binder.bind_int8(scope, out, in, bias, start);
    if (numbers == LinearNumbers::kInt4) int4 = binder.bind_int4(scope, out, in, bias, start);
    if (const AdapterPlan* plan = binder.adapter_of(scope)) {
      adapter.emplace(binder, scope, in, out, *plan);
    }
  }

  // One without a bias whose weight [out, in] belongs to another layer too.
  static Linear sharing(const Tensor& weight, LinearNumbers numbers) {
    Linear linear;
    if (numbers != LinearNumbers::kAsAll) {
      linear.int8.emplace(weight, Tensor());
    } else {
      linear.weight = weight;
    }
    return linear;
  }

  // `pass` matters to an adapter's dropout alone.
  Tensor operator()(const LayerInput& input, Pass pass = Pass::kInference) const {
    if (range != nullptr) range->see(input.numbers());
    const Tensor y = int8   ? (*int8)(input)
                     : int4 ? (*int4)(input)
                            : linear(input.numbers(), weight, bias);
    return adapter ? y + (*adapter)(input.numbers(), pass).to(y.scalar_type()) : y;
  }
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

  LayerInput operator()(const Tensor& x) const {
    if (takes_kernels(x, weight)) return layer_norm(x, weight, bias, eps);
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

  LayerInput operator()(const Tensor& x) const {
    if (takes_kernels(x, weight)) return rms_norm(x, weight, eps);
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

}  // namespace slava
